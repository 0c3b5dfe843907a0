//! The table of results, and its file.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

/// The target of a result.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

/// A line of the table.
pub(crate) struct Line {
    pub(crate) name: String,
    /// The result and its reference, in words.
    pub(crate) measured: String,
    /// The value to compare with the target.
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) target: Option<Target>,
}

impl Line {
    fn is_reached(&self) -> bool {
        match self.target {
            Some(Target::AtLeast(least)) => self.value >= least,
            Some(Target::AtMost(most)) => self.value <= most,
            None => true,
        }
    }

    fn target(&self) -> String {
        match self.target {
            Some(Target::AtLeast(least)) => format!(">= {least}"),
            Some(Target::AtMost(most)) => format!("<= {most}"),
            None => String::new(),
        }
    }
}

/// All results.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    last: Map<String, Value>,
}

impl Report {
    /// Begins a report that is compared with an earlier one.
    pub(crate) fn compared_with(file: &Path) -> Self {
        let last = fs::read_to_string(file).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let cases = last.and_then(|last| last.get("cases").and_then(Value::as_object).cloned());
        Self { lines: Vec::new(), last: cases.unwrap_or_default() }
    }

    /// Adds a line, and prints it.
    pub(crate) fn add(&mut self, line: Line) -> Result<(), Box<dyn Error>> {
        let before = self.last.get(&line.name).and_then(|case| case.get("value")).and_then(Value::as_f64);
        let before = before.map_or_else(|| "-".to_owned(), |before| format!("{before:.3}"));
        let mark = if line.is_reached() { " " } else { "!" };
        say(&format!(
            "{mark} {:<36} {:>9.3} {:<4} {:<9} last {before:<9} {}",
            line.name,
            line.value,
            line.unit,
            line.target(),
            line.measured
        ))?;
        self.lines.push(line);
        Ok(())
    }

    /// Writes the report to a file.
    pub(crate) fn write(&self, file: &Path, conditions: &Value) -> Result<(), Box<dyn Error>> {
        let cases: Map<String, Value> = self
            .lines
            .iter()
            .map(|line| {
                let value = (line.value * 1000.0).round() / 1000.0;
                let case = json!({"value": value, "unit": line.unit, "target": line.target(), "reached": line.is_reached(), "measured": line.measured});
                (line.name.clone(), case)
            })
            .collect();
        fs::write(file, serde_json::to_string_pretty(&json!({"conditions": conditions, "cases": cases}))? + "\n")?;
        Ok(())
    }
}

/// Prints a line.
pub(crate) fn say(text: &str) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
