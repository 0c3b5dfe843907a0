//! `Bucket`: a real S3 server on a loopback port, over a folder, that can be made to fail in the ways that networks do.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;

const KEY: &str = "masthead";
const SECRET: &str = "not much of a secret";

/// How the server feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// It answers.
    Fine,
    /// It says that it can't now.
    Refusing,
    /// It hangs up without an answer.
    Dropping,
    /// It says nothing for longer than anybody waits.
    Silent,
    /// It says that there is no such bucket.
    Gone,
    /// It says that it does not know the key.
    Locked,
    /// It does what it is told, and hangs up before it says so.
    Forgetful,
}

/// A bucket, and the server that it is in.
pub(crate) struct Bucket {
    folder: TempDir,
    address: SocketAddr,
    weather: Arc<Mutex<Weather>>,
    asked: Arc<AtomicUsize>,
}

impl Bucket {
    /// An empty bucket on a server of its own.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("masthead-bucket-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        std::fs::create_dir(folder.path().join("pictures")).expect("a bucket");
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("the folder opens"));
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let (weather, asked) = (Arc::new(Mutex::new(Weather::Fine)), Arc::new(AtomicUsize::new(0)));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a port that does not block");
        let (service, moods, count) = (builder.build(), Arc::clone(&weather), Arc::clone(&asked));
        // It ends with the process: nothing waits for it.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve(listener, service, moods, count));
        });
        Self { folder, address, weather, asked }
    }

    /// The settings of a node that keeps its pictures there.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("MEDIA_URL", format!("s3://pictures/news?endpoint=http://{}", self.address)),
            ("S3_ACCESS_KEY_ID", KEY.to_owned()),
            ("S3_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("S3_SECONDS", "1".to_owned()),
            ("TEMPORARY_FOLDER", self.folder.path().join("tmp").display().to_string()),
        ]
    }

    pub(crate) fn turn(&self, weather: Weather) {
        *self.weather.lock().expect("nobody panics with it") = weather;
    }

    /// How often it was asked for anything.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Where an object lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("pictures/news").join(name)
    }

    /// The names of all objects directly in the bucket's prefix, but for the mark of the database.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("")).into_iter().flatten();
        let files = entries.map(|entry| entry.expect("an entry")).filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let mut names: Vec<String> = files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }
}

async fn serve(listener: std::net::TcpListener, service: S3Service, weather: Arc<Mutex<Weather>>, asked: Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a port");
    while let Ok((socket, _)) = listener.accept().await {
        let (service, weather, asked) = (service.clone(), Arc::clone(&weather), Arc::clone(&asked));
        tokio::spawn(async move {
            let answer = service_fn(move |request: Request<Incoming>| {
                asked.fetch_add(1, Ordering::SeqCst);
                let (service, mood) = (service.clone(), *weather.lock().expect("nobody panics with it"));
                async move { answer(&service, mood, request).await }
            });
            let _: Result<(), hyper::Error> =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), answer).await;
        });
    }
}

/// What a service says for good, with the code that S3 has for it.
fn refusal_of(mood: Weather) -> Option<(StatusCode, &'static str)> {
    match mood {
        Weather::Gone => Some((StatusCode::NOT_FOUND, "NoSuchBucket")),
        Weather::Locked => Some((StatusCode::FORBIDDEN, "InvalidAccessKeyId")),
        _ => None,
    }
}

async fn answer(service: &S3Service, mood: Weather, request: Request<Incoming>) -> io::Result<Response<s3s::Body>> {
    let hung_up = || io::Error::other("the server hangs up");
    if mood == Weather::Refusing {
        let mut refusal = Response::new(s3s::Body::empty());
        *refusal.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return Ok(refusal);
    }
    if let Some((status, code)) = refusal_of(mood) {
        let told = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message></Error>");
        // An answer to HEAD has no body.
        let body = if request.method() == hyper::Method::HEAD { s3s::Body::empty() } else { s3s::Body::from(told) };
        let mut refusal = Response::new(body);
        *refusal.status_mut() = status;
        return Ok(refusal);
    }
    if mood == Weather::Dropping {
        return Err(hung_up());
    }
    if mood == Weather::Silent {
        tokio::time::sleep(Duration::from_secs(6)).await;
        return Err(hung_up());
    }
    let answered = Service::call(service, request).await.map_err(|error| io::Error::other(format!("{error:?}")))?;
    if mood == Weather::Forgetful { Err(hung_up()) } else { Ok(answered) }
}
