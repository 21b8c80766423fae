use std::collections::HashMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    cells: Vec<f64>,
}

#[derive(Debug)]
pub enum Error {
    Shape { left: usize, right: usize },
    Parse(String),
}

impl Matrix {
    pub fn new(rows: usize, columns: usize) -> Self {
        Matrix {
            rows,
            columns,
            cells: vec![0.0; rows * columns],
        }
    }

    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut cells = Vec::new();
        let mut rows = 0;
        for line in text.lines() {
            let row: Result<Vec<f64>, _> = line
                .split_whitespace()
                .map(|cell| cell.parse::<f64>())
                .collect();
            match row {
                Ok(numbers) => cells.extend(numbers),
                Err(error) => return Err(Error::Parse(error.to_string())),
            }
            rows += 1;
        }
        let columns = if rows == 0 { 0 } else { cells.len() / rows };
        Ok(Matrix { rows, columns, cells })
    }

    pub fn get(&self, row: usize, column: usize) -> Option<f64> {
        if row >= self.rows || column >= self.columns {
            return None;
        }
        Some(self.cells[row * self.columns + column])
    }

    pub fn multiply(&self, other: &Matrix) -> Result<Matrix, Error> {
        if self.columns != other.rows {
            return Err(Error::Shape {
                left: self.columns,
                right: other.rows,
            });
        }
        let mut product = Matrix::new(self.rows, other.columns);
        for row in 0..self.rows {
            for column in 0..other.columns {
                let mut sum = 0.0;
                for i in 0..self.columns {
                    sum += self.cells[row * self.columns + i]
                        * other.cells[i * other.columns + column];
                }
                product.cells[row * other.columns + column] = sum;
            }
        }
        Ok(product)
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in self.cells.chunks(self.columns.max(1)) {
            let cells: Vec<String> = row.iter().map(|cell| format!("{cell:.2}")).collect();
            writeln!(f, "{}", cells.join(" "))?;
        }
        Ok(())
    }
}

pub fn count<'a>(words: &[&'a str]) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for word in words {
        *counts.entry(*word).or_insert(0) += 1;
    }
    counts
}
