//! Prints the peer's events as JSON lines on stdout. It never prints anything else there.

use serde_json::{Map, Value};
use std::io::Write;
use std::time::Instant;

/// Stamps every line with who prints it and how long the process runs.
pub struct Reporter {
    name: String,
    start: Instant,
}

impl Reporter {
    pub fn new(name: String) -> Self {
        Self {
            name,
            start: Instant::now(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes one line; `fields` is a JSON object. A reader that went away ends the process,
    /// because nobody is left who could want the rest.
    pub fn emit(&self, ev: &str, fields: Value) {
        let mut line = Map::new();
        line.insert("impl".into(), "rust".into());
        line.insert("name".into(), self.name.clone().into());
        line.insert(
            "t_ms".into(),
            (self.start.elapsed().as_millis() as u64).into(),
        );
        line.insert("ev".into(), ev.into());
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        let mut out = std::io::stdout().lock();
        if out
            .write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            std::process::exit(1);
        }
    }
}
