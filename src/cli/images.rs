//! The media store from the command line: whether rows and files agree.

use std::io::BufRead;
use std::path::Path;

use clap::Args;
use tokio::runtime::Handle;

use super::say;
use crate::app::App;
use crate::housekeeping;
use crate::images::{self, Rehearsal};

/// How many names of a kind are printed.
const MOST_NAMES: usize = 100;

/// How to look.
#[derive(Args, Debug)]
pub(super) struct CheckOptions {
    /// Remove files that no picture is left for; nothing else is changed
    #[arg(long)]
    repair: bool,
    /// Read every file, and compare its hash
    #[arg(long)]
    deep: bool,
}

/// What was found, as a table; the error says that something is wrong.
pub(super) async fn check(app: &App, options: &CheckOptions) -> Result<String, (String, String)> {
    let failed = |error: crate::error::Error| (String::new(), error.to_string());
    if options.repair && !housekeeping::owns_media(app).await.map_err(failed)? {
        let why = format!("{} is another database's, or this database is empty; nothing was looked at", app.storage.place());
        return Err((String::new(), why));
    }
    let found = images::check(app, options.deep, options.repair).await.map_err(failed)?;
    let mut lines = vec![
        line("files of pictures", found.files, &format!("{} bytes", found.bytes)),
        line("missing", found.missing.len(), "pictures are made of them, and they are not there"),
        line("changed", found.changed.len(), if options.deep { "another size or hash" } else { "another size" }),
        line("orphans", found.orphans.len(), &format!("no picture is left for them; {} removed", found.removed)),
        line("under way", found.young, "too new to judge"),
        line("others", found.others, "of another kind, not judged"),
    ];
    for (kind, names) in [("missing", &found.missing), ("changed", &found.changed), ("orphan", &found.orphans)] {
        lines.extend(names.iter().take(MOST_NAMES).map(|name| format!("{kind} {name}")));
    }
    let table = lines.join("\n");
    if found.is_faulty() { Err((table, "rows and files do not agree".into())) } else { Ok(table) }
}

/// Makes renditions of a file as lines on standard input say, each a format, a width and the file that it goes into, and says
/// when one is done.
pub(super) async fn rehearse(file: &Path) -> Result<(), String> {
    let file = std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let rehearsal = Rehearsal::of(file)?;
    let runtime = Handle::current();
    let working = tokio::task::spawn_blocking(move || {
        for line in std::io::stdin().lock().lines() {
            let line = line.map_err(|error| error.to_string())?;
            let mut words = line.splitn(3, ' ');
            let (Some(format), Some(width), Some(to)) = (words.next(), words.next().and_then(|width| width.parse().ok()), words.next())
            else {
                return Err(format!("{line:?} is no format, width and file"));
            };
            let made = rehearsal.develop(width, format, &runtime)?;
            std::fs::write(to, &made).map_err(|error| format!("cannot write {to}: {error}"))?;
            say(&made.len().to_string())?;
        }
        Ok(())
    });
    working.await.map_err(|error| error.to_string())?
}

fn line(what: &str, count: usize, about: &str) -> String {
    format!("{what:<18} {count:>8}  {about}")
}
