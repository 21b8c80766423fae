use std::collections::HashMap;
use std::io::Read;

/// What can go wrong.
#[derive(Debug)]
pub enum ParseError {
    Empty,
    Bad(String),
}

/// Reads `key=value` lines.
#[must_use]
«pub fn parse(text: &str, strict: bool) -> Result<HashMap<String, String>, ParseError> {
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    let mut result = HashMap::new();
    for line in text.lines() {
        // Lines without a mark are comments.
        match line.split_once('=') {
            Some((key, value)) => {
                result.insert(key.to_string(), value.to_string());
            }
            None if strict => return Err(ParseError::Bad(line.to_string())),
            None => {}
        }
    }
    Ok(result)
}»

pub fn load(mut from: impl Read) -> Result<HashMap<String, String>, ParseError> {
    let mut text = String::new();
    from.read_to_string(&mut text).map_err(|_| ParseError::Empty)?;
    parse(&text, false)
}
