//! The log: readable lines on a terminal, JSON otherwise, always on standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use crate::config::LogFormat;

/// Whether this process has closed its listening socket itself, so that accept errors are expected.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Records that the listening socket is closed on purpose.
pub(crate) fn expect_no_connections() {
    CLOSED.store(true, Ordering::SeqCst);
}

/// Starts logging.
pub(crate) fn start(format: LogFormat, level: tracing::Level) {
    let terminal = io::stderr().is_terminal();
    let layer = fmt::layer().with_writer(|| OneLine(io::stderr()));
    let layer = match format {
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
        LogFormat::Auto if !terminal => layer.json().flatten_event(true).boxed(),
        LogFormat::Auto | LogFormat::Pretty => layer.with_ansi(terminal).with_target(false).boxed(),
    };
    let news = filter_fn(|event| event.target() != "actix_server::accept" || !CLOSED.load(Ordering::SeqCst));
    // Without this hint, libraries would format even their finest events, only to discard them.
    let news = news.with_max_level_hint(level);
    registry().with(layer.with_filter(interest(level).and(news))).init();
}

/// Selects the program's own events from `level` on, and only warnings and errors of libraries. With `trace`, it selects all
/// events.
fn interest(level: tracing::Level) -> Targets {
    let others = level.min(tracing::Level::WARN);
    let others = if level == tracing::Level::TRACE { level } else { others };
    Targets::new().with_default(LevelFilter::from_level(others)).with_target("masthead", LevelFilter::from_level(level))
}

/// Writes each event as one line: a control character that a client sent must not look like a new line of the log. (The formatter
/// neutralizes escape sequences in values, so colours may pass here.)
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(in_one_line(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn in_one_line(event: &str) -> String {
    let mut line = String::with_capacity(event.len() + 1);
    for character in event.trim_end_matches('\n').chars() {
        match character {
            '\u{1b}' => line.push(character),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => line.extend(format!("\\u{:04x}", u32::from(c)).chars()),
            c => line.push(c),
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::in_one_line;

    #[test]
    fn a_logged_line_end_makes_no_line() {
        assert_eq!(in_one_line("path=/a\nERROR all is lost\r\n"), "path=/a\\u000aERROR all is lost\\u000d\n");
    }

    #[test]
    fn json_stays_json() {
        let line = in_one_line("{\"path\":\"/\u{85}\"}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap()["path"], "/\u{85}");
    }
}
