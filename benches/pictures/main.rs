//! Measures how fast images are processed and served: `cargo bench --bench pictures`, with words to select cases by name, `--save` to
//! keep the results for comparison, and `--uploads N`.
//!
//! Renditions are compared with those of npm's sharp, which is installed below `target/bench`: both programs run in turn on the same
//! file and core.

mod cases;
mod crowd;
#[expect(dead_code, reason = "it is shared with the other bench")]
#[path = "../speed/load.rs"]
mod load;
mod maker;
mod photo;
mod processes;
#[path = "../speed/report.rs"]
mod report;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use cases::{Bench, Options};
use report::{Report, say};

/// The program under test, of the same build profile.
const PROGRAM: &str = env!("CARGO_BIN_EXE_masthead");
const LAST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/pictures/last.json");

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read(std::env::args().skip(1))?;
    let target = Path::new(PROGRAM).parent().and_then(Path::parent).ok_or("the program lies in no folder")?;
    let (folder, modules) = (target.join("pictures"), target.join("bench"));
    fs::create_dir_all(&folder)?;
    install_sharp(&modules)?;
    let photo = photo(&folder)?;
    let mut report = Report::compared_with(Path::new(LAST));
    let before = load_of_others();
    say(&format!("load of this machine before: {before}"))?;
    Bench { folder: &folder, modules: &modules, photo: &photo, options: &options }.run(&mut report)?;
    let after = load_of_others();
    say(&format!("load of this machine after: {after}"))?;
    let conditions =
        json!({"load_before": before, "load_after": after, "rounds": options.rounds, "times": options.times, "uploads": options.uploads});
    report.write(&folder.join("result.json"), &conditions)?;
    if options.save {
        report.write(Path::new(LAST), &conditions)?;
    }
    Ok(())
}

/// Installs sharp with npm, if it is missing.
fn install_sharp(folder: &Path) -> Result<(), Box<dyn Error>> {
    if folder.join("node_modules/sharp").exists() {
        return Ok(());
    }
    say("installing sharp")?;
    fs::create_dir_all(folder)?;
    fs::write(folder.join("package.json"), "{\"private\": true}")?;
    let done =
        Command::new("npm").args(["install", "--no-audit", "--no-fund", "sharp"]).current_dir(folder).stdout(Stdio::null()).status()?;
    if done.success() { Ok(()) } else { Err("npm could not install sharp".into()) }
}

/// Returns the photo of twelve megapixels, created when it is first needed.
fn photo(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let file = folder.join("photo.jpg");
    if !file.exists() {
        say("making a photograph")?;
        let unfinished = folder.join("photo");
        fs::write(&unfinished, photo::jpeg(4000, 3000)?)?;
        fs::rename(unfinished, &file)?;
    }
    Ok(file)
}

/// Returns the load averages of this machine.
fn load_of_others() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}
