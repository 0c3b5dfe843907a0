//! Measures the speed of the server: `cargo bench --bench speed`, with words to select cases by name, `--large` for ten times the
//! articles as well, `--save` to keep the results for comparison, and `--articles N`.
//!
//! Each result is a ratio to a reference that runs in turn with it, so that it is meaningful on a busy machine.

mod cases;
mod load;
mod reference;
mod report;
mod server;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use cases::{Bench, Options};
use report::{Report, say};
use server::{load_of_others, masthead};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The program under test, of the same build profile.
const PROGRAM: &str = env!("CARGO_BIN_EXE_masthead");
const LAST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/speed/last.json");

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(file) = std::env::var(reference::FILE) {
        return reference::serve(&file);
    }
    let options = Options::read(std::env::args().skip(1))?;
    let folder = Path::new(PROGRAM).parent().and_then(Path::parent).ok_or("the program lies in no folder")?.join("speed");
    fs::create_dir_all(&folder)?;
    let mut report = Report::compared_with(Path::new(LAST));
    let before = load_of_others();
    say(&format!("load of this machine before: {before}"))?;
    let seeded = seeded(&folder, options.articles)?;
    let figures = Bench::new(&seeded, &folder, &options).run(&mut report, None)?;
    if options.large {
        let seeded = self::seeded(&folder, options.articles * 10)?;
        Bench::new(&seeded, &folder, &Options { articles: options.articles * 10, ..options.clone() }).run(&mut report, Some(&figures))?;
    }
    let after = load_of_others();
    say(&format!("load of this machine after: {after}"))?;
    let conditions = json!({"articles": options.articles, "load_before": before, "load_after": after, "seconds": options.seconds, "rounds": options.rounds});
    report.write(&folder.join("result.json"), &conditions)?;
    if options.save {
        report.write(Path::new(LAST), &conditions)?;
    }
    Ok(())
}

/// Returns a folder with a database of this many articles, created when it is first needed.
fn seeded(folder: &Path, articles: u32) -> Result<PathBuf, Box<dyn Error>> {
    let seeded = folder.join(format!("seeded-{articles}"));
    if seeded.join("masthead.db").exists() {
        return Ok(seeded);
    }
    say(&format!("filling a database with {articles} articles"))?;
    let filling = folder.join("filling");
    // Removes the files of an interrupted run.
    let _ = fs::remove_dir_all(&filling);
    fs::create_dir_all(&filling)?;
    let done = masthead(Path::new(PROGRAM), &filling, &[]).args(["bench-seed", "--articles", &articles.to_string()]).status()?;
    if !done.success() {
        return Err("the database could not be filled".into());
    }
    fs::rename(filling, &seeded)?;
    Ok(seeded)
}
