//! Two programs that make renditions of the same file on the same core, in turn.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use crate::processes::{FIRST, pin};

/// A program that carries out a command line and responds with a line.
pub(crate) struct Maker {
    child: Child,
    asked: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Maker {
    /// Starts the program on the first core.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Box<dyn Error>> {
        let mut child = pin(FIRST, || command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn())?;
        let asked = child.stdin.take().ok_or("no standard input")?;
        let told = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Self { child, asked, told })
    }

    /// Returns the program's response, and the time taken, in milliseconds.
    pub(crate) fn ask(&mut self, line: &str) -> Result<(f64, f64), Box<dyn Error>> {
        let begun = Instant::now();
        writeln!(self.asked, "{line}")?;
        self.asked.flush()?;
        let mut answer = String::new();
        self.told.read_line(&mut answer)?;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        Ok((answer.trim().parse().map_err(|_| format!("{line:?} was answered by {answer:?}"))?, took))
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        // Fails if the program has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
