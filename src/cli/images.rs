//! Checks the media store from the command line: whether the database and the files agree.

use std::io::BufRead;
use std::path::Path;

use clap::Args;
use tokio::runtime::Handle;

use super::say;
use crate::app::App;
use crate::housekeeping;
use crate::images::{self, RenditionBench};

/// The maximum number of printed names of each kind.
const MAX_NAMES: usize = 100;

/// Options of the check.
#[derive(Args, Debug)]
pub(super) struct CheckOptions {
    /// Delete files that no image refers to; nothing else is changed
    #[arg(long)]
    repair: bool,
    /// Read every file and compare its hash
    #[arg(long)]
    deep: bool,
}

/// Returns the results as a table. An error holds the table, which is empty if the check could not run, and the reason.
pub(super) async fn check(app: &App, options: &CheckOptions) -> Result<String, (String, String)> {
    let failed = |error: crate::error::Error| (String::new(), error.to_string());
    if options.repair && !housekeeping::owns_media(app).await.map_err(failed)? {
        let why = format!("{} belongs to another database, or this database is empty; nothing was checked", app.storage.place());
        return Err((String::new(), why));
    }
    let found = images::check(app, options.deep, options.repair).await.map_err(failed)?;
    let mut lines = vec![
        line("files of images", found.files, &format!("{} bytes", found.bytes)),
        line("missing", found.missing.len(), "files that images refer to, but that do not exist"),
        line("changed", found.changed.len(), if options.deep { "files with another size or hash" } else { "files with another size" }),
        line("orphans", found.orphans.len(), &format!("files that no image refers to; {} deleted", found.removed)),
        line("unfinished", found.young, "files that are too new to check"),
        line("others", found.others, "files of another kind, not checked"),
    ];
    for (kind, names) in [("missing", &found.missing), ("changed", &found.changed), ("orphan", &found.orphans)] {
        lines.extend(names.iter().take(MAX_NAMES).map(|name| format!("{kind} {name}")));
    }
    let table = lines.join("\n");
    if found.is_faulty() { Err((table, "the database and the files do not agree".into())) } else { Ok(table) }
}

/// Makes the renditions of a file that standard input requests: each line names a format, a width and an output file. Prints the
/// size of each finished rendition.
pub(super) async fn bench(file: &Path) -> Result<(), String> {
    let file = std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let bench = RenditionBench::of(file)?;
    let runtime = Handle::current();
    let working = tokio::task::spawn_blocking(move || {
        for line in std::io::stdin().lock().lines() {
            let line = line.map_err(|error| error.to_string())?;
            let mut words = line.splitn(3, ' ');
            let (Some(format), Some(width), Some(to)) = (words.next(), words.next().and_then(|width| width.parse().ok()), words.next())
            else {
                return Err(format!("{line:?} is not a format, a width and a file"));
            };
            let made = bench.render(width, format, &runtime)?;
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
