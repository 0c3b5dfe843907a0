//! Two programs that make renditions, one of the same file as the other and on the same core, asked in turn.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use crate::processes::{FIRST, pin};

/// A program that does what a line says and answers by a line.
pub(crate) struct Maker {
    child: Child,
    asked: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Maker {
    /// Starts it on the first core.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Box<dyn Error>> {
        let mut child = pin(FIRST, || command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn())?;
        let asked = child.stdin.take().ok_or("no standard input")?;
        let told = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Self { child, asked, told })
    }

    /// What it answers, and how long that took, in milliseconds.
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
        // What has ended by itself can't be ended again.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
