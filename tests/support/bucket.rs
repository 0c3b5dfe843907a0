//! `Bucket`: a real S3 server on a loopback port, which stores objects in a folder and can simulate network failures.

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

/// The behaviour of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// It responds normally.
    Fine,
    /// It responds that it is overloaded.
    Refusing,
    /// It closes the connection without a response.
    Dropping,
    /// It does not respond before any timeout.
    Silent,
    /// It responds that the bucket does not exist.
    Gone,
    /// It responds that the access key is unknown.
    Locked,
    /// It executes the request, and closes the connection without a response.
    Forgetful,
}

/// A bucket and its server.
pub(crate) struct Bucket {
    folder: TempDir,
    address: SocketAddr,
    weather: Arc<Mutex<Weather>>,
    asked: Arc<AtomicUsize>,
}

impl Bucket {
    /// Returns an empty bucket on a server of its own.
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
        // The thread ends with the process.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve(listener, service, moods, count));
        });
        Self { folder, address, weather, asked }
    }

    /// Returns the settings of a node that uses this bucket.
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

    /// Returns the number of requests to the server.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Returns the file of an object.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("pictures/news").join(name)
    }

    /// Returns the names of all objects directly under the bucket's prefix, without the database's mark.
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

/// Returns the status and the S3 code of a permanent error.
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
        // A response to HEAD has no body.
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
