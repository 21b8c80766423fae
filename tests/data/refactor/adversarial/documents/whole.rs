«use std::fmt;
use std::io::Read;

pub fn read(mut from: std::fs::File) -> Result<String, fmt::Error> {
    let mut text = String::new();
    from.read_to_string(&mut text).map_err(|_| fmt::Error)?;
    Ok(text)
}
»
