//! The cases that are measured.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::PROGRAM;
use crate::crowd::{rate, read_during, upload_all};
use crate::load::{self, ask, get};
use crate::maker::Maker;
use crate::processes::{BOTH, FIRST, SECOND, Server, pin, upload};
use crate::report::{Line, Report, Target};

/// The width of the compared renditions.
const WIDTH: u32 = 1200;
/// The quality at which both programs encode JPEG and WebP.
const QUALITY: u32 = 80;
/// The qualities of sharp's AVIF from which the one with equal similarity is chosen.
const QUALITIES: [u32; 9] = [35, 40, 45, 50, 55, 60, 65, 70, 75];
/// The number of concurrent uploads.
const TOGETHER: usize = 8;

/// The options of the command line.
pub(crate) struct Options {
    words: Vec<String>,
    pub(crate) save: bool,
    pub(crate) rounds: usize,
    pub(crate) times: usize,
    pub(crate) uploads: usize,
}

impl Options {
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut options = Self { words: Vec::new(), save: false, rounds: 3, times: 7, uploads: 200 };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--save" => options.save = true,
                "--rounds" => options.rounds = value()?.parse()?,
                "--times" => options.times = value()?.parse()?,
                "--uploads" => options.uploads = value()?.parse()?,
                // Cargo adds this argument.
                "--bench" => {}
                _ => options.words.push(word),
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| name.contains(word.as_str()))
    }
}

/// The programs and files to measure.
pub(crate) struct Bench<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) modules: &'a Path,
    pub(crate) photo: &'a Path,
    pub(crate) options: &'a Options,
}

/// The result of a program: the median time and the size.
#[derive(Clone, Copy)]
struct Made {
    millis: f64,
    bytes: f64,
}

impl Bench<'_> {
    pub(crate) fn run(&self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        for format in ["jpg", "webp"] {
            self.beside_sharp(format, report)?;
        }
        self.avif(report)?;
        for (source, format, width) in
            [("jpg", "jpg", 1280), ("jpg", "webp", 1280), ("jpg", "jpg", 2560), ("jpg", "webp", 2560), ("webp", "webp", 1280)]
        {
            self.memory(source, format, width, report)?;
        }
        self.served(report)?;
        self.crowded(report)
    }

    fn makers(&self) -> Result<(Maker, Maker), Box<dyn Error>> {
        let ours = Maker::start(Command::new(PROGRAM).current_dir(self.folder).arg("bench-renditions").arg(self.photo))?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/pictures/sharp.cjs");
        let sharp = Maker::start(Command::new("node").arg(script).arg(self.photo).env("NODE_PATH", self.modules.join("node_modules")))?;
        Ok((ours, sharp))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs both programs in alternating rounds; the first round is for warming up.
    fn in_turn(&self, makers: &mut (Maker, Maker), lines: (&str, &str)) -> Result<(Made, Made), Box<dyn Error>> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let mut bytes = (makers.0.ask(lines.0)?.0, makers.1.ask(lines.1)?.0);
        for _ in 0..self.options.rounds {
            for _ in 0..self.options.times {
                let (length, took) = makers.0.ask(lines.0)?;
                ours.push(took);
                bytes.0 = length;
            }
            for _ in 0..self.options.times {
                let (length, took) = makers.1.ask(lines.1)?;
                theirs.push(took);
                bytes.1 = length;
            }
        }
        Ok((Made { millis: median(ours), bytes: bytes.0 }, Made { millis: median(theirs), bytes: bytes.1 }))
    }

    fn beside_sharp(&self, format: &str, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let name = format!("{WIDTH} px {format} of 12 MP, beside sharp");
        if !self.options.wants(&name) {
            return Ok(());
        }
        let mut makers = self.makers()?;
        let (ours, theirs) = (self.file(&format!("ours.{format}")), self.file(&format!("sharp.{format}")));
        let lines = (format!("{format} {WIDTH} {}", ours.display()), format!("{format} {WIDTH} {QUALITY} {}", theirs.display()));
        let (one, other) = self.in_turn(&mut makers, (&lines.0, &lines.1))?;
        let alike = (self.ssim(&mut makers, 0, &ours)?, self.ssim(&mut makers, 1, &theirs)?);
        let measured = format!("{:.0} ms against {:.0} ms; SSIM {:.4} against {:.4}", one.millis, other.millis, alike.0, alike.1);
        report.add(Line {
            name: name.clone(),
            measured,
            value: other.millis / one.millis,
            unit: "x",
            target: Some(Target::AtLeast(1.0)),
        })?;
        let measured = format!("{:.0} bytes against {:.0}", one.bytes, other.bytes);
        report.add(Line {
            name: format!("{name}: size apart"),
            measured,
            value: (one.bytes / other.bytes - 1.0).abs(),
            unit: "",
            target: Some(Target::AtMost(0.1)),
        })
    }

    /// Returns the similarity of a file with the uncompressed result of the same program's scaling.
    fn ssim(&self, makers: &mut (Maker, Maker), whose: usize, file: &Path) -> Result<f64, Box<dyn Error>> {
        let plain = self.file(&format!("plain-{whose}.png"));
        if whose == 0 {
            makers.0.ask(&format!("png {WIDTH} {}", plain.display()))?;
        } else {
            makers.1.ask(&format!("png {WIDTH} 0 {}", plain.display()))?;
        }
        Ok(makers.1.ask(&format!("ssim {} {}", plain.display(), file.display()))?.0)
    }

    fn avif(&self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let name = format!("{WIDTH} px avif of 12 MP, beside sharp's of equal SSIM");
        if !self.options.wants(&name) {
            return Ok(());
        }
        let mut makers = self.makers()?;
        let (ours, theirs) = (self.file("ours.avif"), self.file("sharp.avif"));
        let line = format!("avif {WIDTH} {}", ours.display());
        makers.0.ask(&line)?;
        let wanted = self.ssim(&mut makers, 0, &ours)?;
        let mut nearest = (f64::INFINITY, 0);
        for quality in QUALITIES {
            makers.1.ask(&format!("avif {WIDTH} {quality} {}", theirs.display()))?;
            let apart = (self.ssim(&mut makers, 1, &theirs)? - wanted).abs();
            if apart < nearest.0 {
                nearest = (apart, quality);
            }
        }
        let other = format!("avif {WIDTH} {} {}", nearest.1, theirs.display());
        let (one, other) = self.in_turn(&mut makers, (&line, &other))?;
        let alike = self.ssim(&mut makers, 1, &theirs)?;
        let measured = format!(
            "{:.0} ms against {:.0} ms at quality {}; SSIM {wanted:.4} against {alike:.4}; {:.0} bytes against {:.0}",
            one.millis, other.millis, nearest.1, one.bytes, other.bytes
        );
        report.add(Line { name, measured, value: other.millis / one.millis, unit: "x", target: None })
    }

    /// Returns an empty folder for a server.
    fn home(&self, name: &str) -> Result<PathBuf, Box<dyn Error>> {
        let home = self.file(name);
        // Removes the files of an earlier run.
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(&home)?;
        Ok(home)
    }

    /// Returns the photo, as a camera's JPEG or as a WebP of the same dimensions.
    fn source(&self, format: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        if format == "jpg" {
            return Ok(fs::read(self.photo)?);
        }
        let file = self.file("photo.webp");
        if !file.exists() {
            self.makers()?.1.ask(&format!("webp 4000 90 {}", file.display()))?;
        }
        Ok(fs::read(file)?)
    }

    fn memory(&self, source: &str, format: &str, width: u32, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let name = format!("memory, {width} px {format} of 12 MP {source}");
        if !self.options.wants(&name) {
            return Ok(());
        }
        let home = self.home("memory")?;
        let server = Server::start(&home, FIRST, "1")?;
        let image = upload(server.address, &server.log_in()?, &self.source(source)?)?;
        let id = text(&image, "/id")?;
        wait_for(&home.join(format!("media/renditions/{id}")), 3)?;
        drop(server);
        let server = Server::start(&home, FIRST, "1")?;
        std::thread::sleep(Duration::from_secs(2));
        server.forget_the_most()?;
        let idle = server.memory("VmRSS")?;
        // Renditions that are made in advance are requested as crops, so that they must be made now.
        let preset = if format == "webp" && width == 1280 { "og/" } else { "" };
        let path = format!("/media/{id}/{preset}{width}.{format}");
        let answer = ask(server.address, get(&path, "").as_bytes())?;
        let peak = server.memory("VmHWM")?;
        if answer.status != 200 {
            return Err(format!("{path}: {}", answer.head).into());
        }
        let measured = format!("{idle:.1} MiB before, {peak:.1} MiB at most");
        let target = (source == "jpg").then_some(Target::AtMost(60.0));
        report.add(Line { name, measured, value: peak - idle, unit: "MiB", target })
    }

    /// Compares a stored rendition with an original of the same bytes, on the same server.
    fn served(&self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let name = "stored rendition, beside a file";
        if !self.options.wants(name) {
            return Ok(());
        }
        let home = self.home("served")?;
        let server = Server::start(&home, FIRST, "1")?;
        let token = server.log_in()?;
        let image = upload(server.address, &token, &self.source("jpg")?)?;
        let id = text(&image, "/id")?;
        wait_for(&home.join(format!("media/renditions/{id}")), 3)?;
        let path = format!("/media/{id}/640.webp");
        let rendition = ask(server.address, get(&path, "").as_bytes())?.body;
        let same = upload(server.address, &token, &rendition)?;
        wait_for(&home.join(format!("media/renditions/{}", text(&same, "/id")?)), 2)?;
        let file = text(&same, "/url")?.find("/media/").and_then(|at| text(&same, "/url").ok()?.get(at..).map(str::to_owned));
        let file = get(&file.ok_or("a file outside /media")?, "");
        let rendition_of = get(&path, "");
        let time = Duration::from_secs(1);
        let load = |request: &str| pin(SECOND, || load::run(server.address, 16, time, |out| out.extend_from_slice(request.as_bytes())));
        let (mut files, mut renditions) = (Vec::new(), Vec::new());
        for _ in 0..self.options.rounds {
            files.push(load(&file)?);
            renditions.push(load(&rendition_of)?);
        }
        let refused: usize = files.iter().chain(&renditions).map(|run| run.refused).sum();
        let (one, other) = (median(renditions.iter().map(|run| run.rate).collect()), median(files.iter().map(|run| run.rate).collect()));
        let measured = format!("{one:.0}/s against {other:.0}/s; {} bytes; {refused} refused", rendition.len());
        report.add(Line { name: name.to_owned(), measured, value: one / other, unit: "x", target: Some(Target::AtLeast(0.8)) })
    }

    /// Measures reads of a cached article during uploads.
    fn crowded(&self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let name = format!("p99 of cached reads while {} pictures come", self.options.uploads);
        if !self.options.wants(&name) {
            return Ok(());
        }
        let home = self.home("crowded")?;
        let server = Server::start(&home, BOTH, "2")?;
        let (token, picture) = (server.log_in()?, self.source("jpg")?);
        let article = json!({"title": "Tram line 9 opens", "body": {"markdown": "A text of some length. ".repeat(120)}});
        let made = server.post("/api/v1/articles?publish=true", &token, &article)?;
        let path = format!("/api/v1/articles/{}", text(&made, "/slug")?);
        ask(server.address, get(&path, "").as_bytes())?;
        let (alone, ()) = read_during(server.address, &path, || {
            std::thread::sleep(Duration::from_secs(3));
            Ok(())
        })?;
        let (address, token, uploads) = (server.address, token.as_str(), self.options.uploads);
        let (waits, seconds) = read_during(address, &path, || upload_all(address, token, &picture, uploads, TOGETHER))?;
        let measured = format!(
            "p50 {:.2} ms, longest {:.1} ms, {:.0} reads/s; alone p99 {:.2} ms; {uploads} uploads in {seconds:.1} s",
            waits.p50,
            waits.longest,
            rate(waits.count, seconds),
            alone.p99
        );
        report.add(Line { name, measured, value: waits.p99, unit: "ms", target: Some(Target::AtMost(5.0)) })
    }
}

/// Waits until a folder has a number of files, and a little longer.
fn wait_for(folder: &Path, files: usize) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    while count(folder) < files {
        if begun.elapsed() > Duration::from_mins(1) {
            return Err(format!("{} does not fill", folder.display()).into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(500));
    Ok(())
}

fn count(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, Box<dyn Error>> {
    value.pointer(pointer).and_then(Value::as_str).ok_or_else(|| format!("no {pointer}").into())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
