//! The cases that are measured.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::PROGRAM;
use crate::load::{self, Answer, Figures, ask, get, with_body};
use crate::reference;
use crate::report::{Line, Report, Target};
use crate::server::{ADMIN, Server, masthead};

const MIX: u32 = 1000;
const MIXED: &str = "99 reads, 1 write";
const PUBLISHED: &str = "articles published, 8 clients";
const CHANGES: u32 = 200;
const STARTS: usize = 7;

/// The options of the command line.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) words: Vec<String>,
    pub(crate) articles: u32,
    pub(crate) large: bool,
    pub(crate) save: bool,
    pub(crate) seconds: f64,
    pub(crate) rounds: usize,
}

impl Options {
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut options = Self { words: Vec::new(), articles: 10_000, large: false, save: false, seconds: 1.0, rounds: 3 };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--large" => options.large = true,
                "--save" => options.save = true,
                "--articles" => options.articles = value()?.parse()?,
                "--seconds" => options.seconds = value()?.parse()?,
                "--rounds" => options.rounds = value()?.parse()?,
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

/// The speed of cases relative to their references, by name.
pub(crate) type Ratios = BTreeMap<String, f64>;

/// A data set and its measurements.
pub(crate) struct Bench<'a> {
    seeded: &'a Path,
    folder: PathBuf,
    options: &'a Options,
    ratios: Ratios,
}

/// A case compared with static bytes.
struct Static<'a> {
    name: &'a str,
    /// The requests, sent in turn.
    requests: &'a [String],
    /// The bytes that the reference sends.
    body: &'a [u8],
    unchanged: bool,
    target: f64,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(seeded: &'a Path, folder: &Path, options: &'a Options) -> Self {
        Self { seeded, folder: folder.join("running"), options, ratios: Ratios::new() }
    }

    /// Measures all cases; with results of a smaller data set, only those that must not become slower.
    pub(crate) fn run(mut self, report: &mut Report, small: Option<&Ratios>) -> Result<Ratios, Box<dyn Error>> {
        self.copy()?;
        self.starts(report)?;
        if small.is_none() {
            self.cached(report)?;
        }
        self.uncached(report)?;
        if small.is_none() {
            self.writes(report)?;
        }
        // This case is last, because others read the newest articles.
        self.published(report)?;
        if let Some(small) = small {
            for (name, ratio) in &self.ratios {
                let Some(before) = small.get(name) else { continue };
                // Ratios to references are compared, because the machine may be slower than some minutes before.
                let measured = format!("{ratio:.3} x its reference against {before:.3} x");
                let name = format!("{name}, 10 x articles");
                report.add(Line { name, measured, value: before / ratio, unit: "x", target: Some(Target::AtMost(1.25)) })?;
            }
        } else {
            let bytes = fs::metadata(PROGRAM)?.len() / 1024 / 1024;
            let value = f64::from(u32::try_from(bytes)?);
            report.add(Line {
                name: "release binary".into(),
                measured: String::new(),
                value,
                unit: "MiB",
                target: Some(Target::AtMost(30.0)),
            })?;
        }
        Ok(self.ratios)
    }

    fn copy(&self) -> Result<(), Box<dyn Error>> {
        // Removes the files of an earlier run.
        let _ = fs::remove_dir_all(&self.folder);
        fs::create_dir_all(&self.folder)?;
        for entry in fs::read_dir(self.seeded)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), self.folder.join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    fn serve(&self, settings: &[(&str, &str)]) -> Result<Server, Box<dyn Error>> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log"))?;
        Server::start(masthead(Path::new(PROGRAM), &self.folder, settings).stderr(log), "BIND", &self.article(1))
    }

    fn article(&self, back: u32) -> String {
        format!("/api/v1/articles/story-{}", self.options.articles.saturating_sub(back))
    }

    fn articles(&self, prefix: &str) -> Vec<String> {
        (1..=MIX.min(self.options.articles)).map(|back| get(&format!("{prefix}story-{}", self.options.articles - back), "")).collect()
    }

    fn starts(&self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        if !self.options.wants("start") && !self.options.wants("memory idle") {
            return Ok(());
        }
        // The first start migrates the database and creates the key.
        drop(self.serve(&[])?);
        let mut took = Vec::new();
        for _ in 0..STARTS {
            took.push(self.serve(&[])?.started);
        }
        let measured = format!("{} articles, {STARTS} starts", self.options.articles);
        let name = format!("start to first 200, {} articles", self.options.articles);
        report.add(Line { name, measured, value: median(took), unit: "ms", target: Some(Target::AtMost(50.0)) })?;
        let server = self.serve(&[])?;
        std::thread::sleep(Duration::from_secs(3));
        let name = format!("memory idle, {} articles", self.options.articles);
        report.add(Line { name, measured: String::new(), value: server.resident()?, unit: "MiB", target: Some(Target::AtMost(25.0)) })
    }

    fn cached(&mut self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let server = self.serve(&[])?;
        let article = self.article(1);
        let page = "/api/v1/articles";
        for (name, path, lines) in [
            ("article, cached", article.as_str(), ""),
            ("page of 20, cached", page, ""),
            ("page of 20, cached, gzip", page, "Accept-Encoding: gzip\r\n"),
            ("page of 20, cached, br", page, "Accept-Encoding: br\r\n"),
        ] {
            let request = get(path, lines);
            let body = good(ask(server.address, request.as_bytes())?)?.body;
            self.against_static(&server, report, &Static { name, requests: &[request], body: &body, unchanged: false, target: 0.9 })?;
        }
        let answer = good(ask(server.address, get(&article, "").as_bytes())?)?;
        let tag = answer.header("etag").ok_or("no ETag")?.to_owned();
        let request = get(&article, &format!("If-None-Match: {tag}\r\n"));
        self.against_static(&server, report, &Static { name: "304", requests: &[request], body: &[], unchanged: true, target: 0.95 })
    }

    fn uncached(&mut self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let server = self.serve(&[("CACHE_BYTES", "0")])?;
        let page = vec![get("/api/v1/articles", "")];
        let (articles, bundles) = (self.articles("/api/v1/articles/"), self.articles("/api/v1/pages/article/"));
        for (name, requests, target) in
            [("article, uncached", &articles, 0.07), ("page of 20, uncached", &page, 0.06), ("page bundle, uncached", &bundles, 0.015)]
        {
            let body = good(ask(server.address, requests.first().ok_or("nothing to ask for")?.as_bytes())?)?.body;
            self.against_static(&server, report, &Static { name, requests, body: &body, unchanged: false, target })?;
        }
        self.deep(&server, report)
    }

    fn deep(&self, server: &Server, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let number = (self.options.articles / 25).max(2);
        let name = format!("page {number} against page 2");
        if !self.options.wants(&name) {
            return Ok(());
        }
        let mut path = "/api/v1/articles".to_owned();
        let mut second = path.clone();
        for page in 1..number {
            let answer: Value = serde_json::from_slice(&good(ask(server.address, get(&path, "").as_bytes())?)?.body)?;
            let cursor = answer.pointer("/page/next").and_then(Value::as_str).ok_or("the list ends too early")?;
            path = format!("/api/v1/articles?cursor={cursor}");
            if page == 1 {
                second.clone_from(&path);
            }
        }
        let (second, deep) = (get(&second, ""), get(&path, ""));
        let load = |request: &str| self.load(server.address, 32, |out| out.extend_from_slice(request.as_bytes()));
        let (near, far) = self.in_turn(|| load(&second), || load(&deep))?;
        let measured = format!("{:.0}/s against {:.0}/s", far.rate, near.rate);
        report.add(Line { name, measured, value: near.rate / far.rate, unit: "x", target: Some(Target::AtMost(1.1)) })
    }

    fn writes(&mut self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let server = self.serve(&[])?;
        for clients in [8, 64] {
            self.comments(&server, clients, report)?;
        }
        let token = Self::log_in(&server)?;
        self.mixed(&server, &token, report)?;
        self.changes(&server, &token, report)?;
        if self.options.wants("memory after") {
            let value = server.resident()?;
            report.add(Line {
                name: "memory after the run".into(),
                measured: String::new(),
                value,
                unit: "MiB",
                target: Some(Target::AtMost(120.0)),
            })?;
        }
        Ok(())
    }

    fn comments(&self, server: &Server, clients: usize, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let name = format!("guest comments, {clients} clients");
        if !self.options.wants(&name) {
            return Ok(());
        }
        let mut count = 0;
        let bare = self.folder.join("bare.db");
        let time = Duration::from_secs_f64(self.options.seconds);
        let (rows, made) = self.in_turn(
            || reference::insert(&bare, clients, time),
            || {
                self.load(server.address, clients, |out| {
                    count += 1;
                    let body = json!({"author_name": "Reader", "author_email": format!("reader-{count}@example.org"),
                        "body": format!("A comment of some sixty characters, as readers write it: {count}.")});
                    let path = format!("{}/comments", self.article(1 + count % MIX));
                    out.extend_from_slice(with_body("POST", &path, "", &body.to_string()).as_bytes());
                })
            },
        )?;
        let measured = format!("{:.0}/s against {:.0}/s bare; p99 {:.1} ms", made.rate, rows.rate, made.p99);
        report.add(Line { name: name.clone(), measured, value: made.rate / rows.rate, unit: "x", target: Some(Target::AtLeast(0.1)) })?;
        let name = format!("{name}: p99");
        report.add(Line { name, measured: String::new(), value: made.p99, unit: "ms", target: Some(Target::AtMost(20.0)) })
    }

    /// Measures new articles that are published at once.
    fn published(&mut self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        if !self.options.wants(PUBLISHED) {
            return Ok(());
        }
        let server = self.serve(&[])?;
        let token = Self::log_in(&server)?;
        let (mut count, clients) = (0, 8);
        let bare = self.folder.join("bare.db");
        let time = Duration::from_secs_f64(self.options.seconds);
        let text = "A paragraph of some sixty characters, as editors write them.\n\n".repeat(50);
        let (rows, made) = self.in_turn(
            || reference::insert(&bare, clients, time),
            || {
                self.load(server.address, clients, |out| {
                    count += 1;
                    let body = json!({"title": format!("Breaking {count}"), "slug": format!("breaking-{count}"), "body": {"markdown": text},
                        "section": "section-1", "authors": ["author-1"], "tags": ["Tag 1", "Tag 2"], "locale": "en"});
                    out.extend_from_slice(with_body("POST", "/api/v1/articles?publish=true", &token, &body.to_string()).as_bytes());
                })
            },
        )?;
        self.ratios.insert(PUBLISHED.to_owned(), made.rate / rows.rate);
        let measured = format!("{:.0}/s against {:.0}/s bare; p99 {:.1} ms", made.rate, rows.rate, made.p99);
        report.add(Line { name: PUBLISHED.to_owned(), measured, value: made.rate / rows.rate, unit: "x", target: None })
    }

    fn log_in(server: &Server) -> Result<String, Box<dyn Error>> {
        let body = json!({"email": ADMIN.0, "password": ADMIN.1}).to_string();
        let answer = good(ask(server.address, with_body("POST", "/api/v1/auth/login", "", &body).as_bytes())?)?;
        let answer: Value = serde_json::from_slice(&answer.body)?;
        Ok(format!("Authorization: Bearer {}\r\n", answer.get("access_token").and_then(Value::as_str).ok_or("no token")?))
    }

    fn mixed(&mut self, server: &Server, token: &str, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let body = good(ask(server.address, get(&self.article(1), "").as_bytes())?)?.body;
        if !self.options.wants(MIXED) {
            return Ok(());
        }
        let mut requests = Vec::new();
        // The reads are of cached responses.
        for read in self.articles("/api/v1/articles/") {
            good(ask(server.address, read.as_bytes())?)?;
        }
        for round in 0..100 {
            for (index, read) in (0_u32..).zip(self.articles("/api/v1/articles/")) {
                if index % 100 == round {
                    let body = json!({"dek": format!("Changed {round} times.")}).to_string();
                    requests.push(with_body("PATCH", &format!("{}?publish=true", self.article(1 + index)), token, &body));
                } else {
                    requests.push(read);
                }
            }
        }
        let case = Static { name: MIXED, requests: &requests, body: &body, unchanged: false, target: 0.5 };
        self.against_static(server, report, &case)
    }

    /// Changes an article and reads it: the response must be new.
    fn changes(&self, server: &Server, token: &str, report: &mut Report) -> Result<(), Box<dyn Error>> {
        if !self.options.wants("stale reads") {
            return Ok(());
        }
        let (path, mut stale) = (self.article(2), 0_u32);
        for number in 0..CHANGES {
            let dek = format!("Changed for the {number}th time.");
            let request = with_body("PATCH", &format!("{path}?publish=true"), token, &json!({"dek": dek}).to_string());
            good(ask(server.address, request.as_bytes())?)?;
            for path in [&path, "/api/v1/articles", &format!("/api/v1/pages/article/{}", path.rsplit('/').next().unwrap_or_default())] {
                let body = good(ask(server.address, get(path, "").as_bytes())?)?.body;
                stale += u32::from(!String::from_utf8_lossy(&body).contains(&dek));
            }
        }
        let measured = format!("{CHANGES} changes, 3 reads after each");
        report.add(Line { name: "stale reads".into(), measured, value: f64::from(stale), unit: "", target: Some(Target::AtMost(0.0)) })
    }

    fn against_static(&mut self, server: &Server, report: &mut Report, case: &Static<'_>) -> Result<(), Box<dyn Error>> {
        if !self.options.wants(case.name) {
            return Ok(());
        }
        let file = self.folder.join("static");
        fs::write(&file, case.body)?;
        let base = Server::start(Command::new(std::env::current_exe()?).env(reference::FILE, &file), reference::BIND, "/")?;
        let plain = get(if case.unchanged { "/unchanged" } else { "/" }, "");
        let mut turn = case.requests.iter().cycle();
        let (base, made) = self.in_turn(
            || self.load(base.address, 32, |out| out.extend_from_slice(plain.as_bytes())),
            || self.load(server.address, 32, |out| out.extend(turn.next().into_iter().flat_map(String::as_bytes))),
        )?;
        self.ratios.insert(case.name.to_owned(), made.rate / base.rate);
        let refused =
            if made.refused > 0 { format!("; {} REFUSED, the last with {}", made.refused, made.last_refusal) } else { String::new() };
        let measured = format!(
            "{:.0}/s against {:.0}/s; p50 {:.2}, p99 {:.2} against {:.2} ms; {} bytes{refused}",
            made.rate,
            base.rate,
            made.p50,
            made.p99,
            base.p99,
            case.body.len()
        );
        let value = made.rate / base.rate;
        report.add(Line { name: case.name.to_owned(), measured, value, unit: "x", target: Some(Target::AtLeast(case.target)) })
    }

    fn load(&self, address: SocketAddr, connections: usize, next: impl FnMut(&mut Vec<u8>)) -> Result<Figures, Box<dyn Error>> {
        load::run(address, connections, Duration::from_secs_f64(self.options.seconds), next)
    }

    /// Runs two loads in turn; returns the medians of each.
    fn in_turn(
        &self,
        mut one: impl FnMut() -> Result<Figures, Box<dyn Error>>,
        mut other: impl FnMut() -> Result<Figures, Box<dyn Error>>,
    ) -> Result<(Figures, Figures), Box<dyn Error>> {
        let (mut ones, mut others) = (Vec::new(), Vec::new());
        for _ in 0..self.options.rounds {
            ones.push(one()?);
            others.push(other()?);
        }
        Ok((middle(&ones), middle(&others)))
    }
}

fn good(answer: Answer) -> Result<Answer, Box<dyn Error>> {
    if (200..300).contains(&answer.status) {
        Ok(answer)
    } else {
        Err(format!("{}\n{}", answer.head, String::from_utf8_lossy(&answer.body)).into())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn middle(runs: &[Figures]) -> Figures {
    let of = |figure: fn(&Figures) -> f64| median(runs.iter().map(figure).collect());
    let refused = runs.iter().map(|run| run.refused).sum();
    let last_refusal = runs.iter().map(|run| run.last_refusal).max().unwrap_or_default();
    Figures { rate: of(|run| run.rate), p50: of(|run| run.p50), p99: of(|run| run.p99), refused, last_refusal }
}
