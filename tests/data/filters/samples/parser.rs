//! Reads arithmetic: numbers, `+`, `*` and parentheses.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Number(f64),
    Add(Box<Expr>, Box<Expr>),
    Mul(Box<Expr>, Box<Expr>),
}

#[derive(Debug)]
pub struct Error<'a> {
    text: &'a str,
    what: &'static str,
}

impl<'a> fmt::Display for Error<'a> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {:?}", self.what, self.text)
    }
}

pub struct Parser<'a> {
    text: &'a str,
    chars: Peekable<Chars<'a>>,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str) -> Self {
        Parser { text, chars: text.chars().peekable() }
    }

    pub fn parse(mut self) -> Result<Expr, Error<'a>> {
        let expr = self.sum()?;
        match self.chars.next() {
            None => Ok(expr),
            Some(')') => Err(self.error("a closing parenthesis too many")),
            Some(_) => Err(self.error("something unexpected")),
        }
    }

    fn sum(&mut self) -> Result<Expr, Error<'a>> {
        let mut left = self.product()?;
        while self.chars.next_if_eq(&'+').is_some() {
            let right = self.product()?;
            left = Expr::Add(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, Error<'a>> {
        let mut left = self.atom()?;
        while self.chars.next_if_eq(&'*').is_some() {
            let right = self.atom()?;
            left = Expr::Mul(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn atom(&mut self) -> Result<Expr, Error<'a>> {
        if self.chars.next_if_eq(&'(').is_some() {
            let inner = self.sum()?;
            return match self.chars.next() {
                Some(')') => Ok(inner),
                _ => Err(self.error("a parenthesis is not closed")),
            };
        }
        let mut digits = String::new();
        while let Some(digit) = self.chars.next_if(|c| c.is_ascii_digit() || *c == '.') {
            digits.push(digit);
        }
        digits.parse().map(Expr::Number).map_err(|_| self.error("a number is missing"))
    }

    fn error(&self, what: &'static str) -> Error<'a> {
        Error { text: self.text, what }
    }
}
