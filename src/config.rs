//! Settings: one documented struct per topic, read only from the environment or a `.env` file.
//!
//! An invalid setting prevents the start and is named in the error. `.env.example` lists all of [`SETTINGS`]; a test compares them.

mod connections;
mod environment;
mod forms;
mod mail;
mod media;
mod outbound;
mod settings;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::db::Location;
pub use connections::{Deadlines, ProxyConfig};
pub(crate) use environment::{meant_by_option, warn_of_slips};
use forms::{article_path, base_url, header_name, list, network, origin, reached_at};
pub use mail::MailConfig;
pub(crate) use mail::{Encryption, SmtpConfig};
pub(crate) use media::{ImageBounds, MediaConfig, MediaPlace, S3Config};
pub use outbound::CheckConfig;
pub use settings::{SETTINGS, Setting};

/// Settings of the HTTP server.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The IP address and port to listen on.
    pub bind: SocketAddr,
    /// The number of worker threads.
    pub workers: usize,
    /// The IP address and port on which Prometheus reads metrics.
    pub metrics_bind: Option<SocketAddr>,
    /// The proxies that may report a client's IP address.
    pub proxies: ProxyConfig,
    /// The origins that may call the API from a browser.
    pub cors: Cors,
    /// The deadlines of connections; no setting changes them.
    pub deadlines: Deadlines,
    /// The deadline for receiving a request body, and for waiting for an image.
    pub request_deadline: Duration,
    /// The time for which a stopping server reports that it is not ready, so that load balancers stop sending requests.
    pub unready_pause: Duration,
    /// The time that open requests have to finish during shutdown.
    pub shutdown_grace: Duration,
    /// Whether a write must name the version that it changes.
    pub require_if_match: bool,
    /// The size of the response cache, in bytes.
    pub cache_bytes: usize,
    /// The times for which caches between the server and its clients may serve responses.
    pub shared_cache: SharedCache,
}

/// The times for which shared caches, such as a CDN, may serve public responses without revalidation, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SharedCache {
    /// The time for which responses are fresh.
    pub fresh: u64,
    /// The time after `fresh` for which stale responses may be served during revalidation.
    pub stale: u64,
}

/// The origins that may call the API from a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cors {
    /// All origins.
    Any,
    /// This machine, on any port: for a demo without configured origins.
    Local,
    /// The listed origins; none by default.
    Origins(Vec<String>),
}

/// Settings of the stores.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    pub(crate) database: Location,
    pub(crate) connections: u32,
    pub(crate) media: MediaConfig,
    pub(crate) secret_key_file: PathBuf,
}

/// The parts of links.
#[derive(Clone, Debug)]
pub struct LinkConfig {
    /// The URL of the readers' site, without a slash at its end.
    pub site_url: String,
    /// The URL of this server, without a slash at its end.
    pub api_url: String,
    /// The path of an article on the site.
    pub article_path: String,
}

/// The default contents of feeds.
#[derive(Clone, Copy, Debug)]
pub struct FeedConfig {
    /// Whether feeds contain full texts.
    pub full: bool,
}

/// The first administrator.
#[derive(Clone)]
pub struct FirstAdmin {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// Rate limits, in requests per minute; `None` means no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// Password checks.
    pub login: Option<u32>,
    /// Guest comments.
    pub comment: Option<u32>,
    /// Newsletter sign-ups and related requests.
    pub subscribe: Option<u32>,
    /// Public reads.
    pub read: Option<u32>,
    /// Article views.
    pub view: Option<u32>,
    /// Ad impressions and ad clicks.
    pub ad: Option<u32>,
    /// Votes for comments, reports of comments, and forms for new comments.
    pub report: Option<u32>,
    /// Previews of the site at a later time.
    pub preview: Option<u32>,
}

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Pretty on a terminal, JSON otherwise.
    Auto,
    /// For people to read.
    Pretty,
    /// One JSON object per line, for programs.
    Json,
}

/// All settings.
#[derive(Clone)]
pub struct Config {
    /// Settings of the HTTP server.
    pub server: ServerConfig,
    /// Settings of the stores.
    pub store: StoreConfig,
    /// The parts of links.
    pub links: LinkConfig,
    /// The default contents of feeds.
    pub feeds: FeedConfig,
    /// The first administrator, if set.
    pub first_admin: Option<FirstAdmin>,
    /// The rate limits for each IP address.
    pub rates: Rates,
    /// Settings of outgoing email.
    pub mail: MailConfig,
    /// The server that is asked to check comments, if set.
    pub comment_check: Option<CheckConfig>,
    /// Whether requests to private IP addresses are allowed.
    pub outbound_private: bool,
    /// The format of the log.
    pub log_format: LogFormat,
    /// The least severe level that is logged.
    pub log_level: tracing::Level,
}

impl Config {
    /// Allows browser calls from pages of this machine if no origins are configured.
    pub(crate) fn let_local_pages_call(&mut self) {
        if self.server.cors == Cors::Origins(Vec::new()) {
            self.server.cors = Cors::Local;
        }
    }

    /// Reads the environment and a `.env` file in the working folder; the environment has precedence.
    ///
    /// # Errors
    /// Returns a sentence for each invalid setting.
    pub fn from_env() -> Result<Self, Vec<String>> {
        environment::read_file()?;
        Self::from_lookup(environment::value)
    }

    /// Reads settings from a function that returns them by name.
    ///
    /// # Errors
    /// Returns a sentence for each invalid setting.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut reader = SettingsReader { lookup: &lookup, faults: Vec::new() };
        let config = reader.config();
        match config {
            Some(config) if reader.faults.is_empty() => Ok(config),
            _ => Err(reader.faults),
        }
    }
}

struct SettingsReader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<String>,
}

impl SettingsReader<'_> {
    fn config(&mut self) -> Option<Config> {
        let server = self.server();
        let store = self.store();
        let links = self.links();
        let first_admin = self.first_admin();
        let rates = Rates {
            login: self.rate("RATE_LOGIN"),
            comment: self.rate("RATE_COMMENT"),
            subscribe: self.rate("RATE_SUBSCRIBE"),
            read: self.rate("RATE_READ"),
            view: self.rate("RATE_VIEW"),
            ad: self.rate("RATE_AD"),
            report: self.rate("RATE_REPORT"),
            preview: self.rate("RATE_PREVIEW"),
        };
        let log_format = self.parsed("LOG_FORMAT", |text| match text {
            "auto" => Ok(LogFormat::Auto),
            "pretty" => Ok(LogFormat::Pretty),
            "json" => Ok(LogFormat::Json),
            _ => Err("must be auto, pretty or json".into()),
        });
        let log_level = self.parsed("LOG_LEVEL", |text| text.parse().map_err(|_| "must be error, warn, info, debug or trace".into()));
        let mail = self.mail();
        let secret = self.value("COMMENT_CHECK_SECRET");
        let comment_check = self.optional("COMMENT_CHECK_URL", |url| CheckConfig::parse(url, secret.clone()));
        let outbound_private = self.truth("OUTBOUND_PRIVATE");
        let feeds = self.parsed("FEED_CONTENT", |text| match text {
            "summary" => Ok(FeedConfig { full: false }),
            "full" => Ok(FeedConfig { full: true }),
            _ => Err("must be summary or full".into()),
        });
        Some(Config {
            server: server?,
            store: store?,
            links: links?,
            feeds: feeds?,
            first_admin,
            rates,
            mail: mail?,
            comment_check,
            outbound_private: outbound_private?,
            log_format: log_format?,
            log_level: log_level?,
        })
    }

    fn server(&mut self) -> Option<ServerConfig> {
        let address =
            |text: &str| text.parse::<SocketAddr>().map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8080".to_owned());
        let bind = self.parsed("BIND", address);
        let metrics_bind = self.optional("METRICS_BIND", address);
        let workers = self.number("WORKERS", 0, 256);
        let cache_bytes = self.number("CACHE_BYTES", 0, 68_719_476_736);
        let fresh = self.number("SHARED_CACHE_SECONDS", 0, 31_536_000);
        let stale = self.number("SHARED_CACHE_STALE_SECONDS", 0, 31_536_000);
        let request = self.number("REQUEST_SECONDS", 1, 3600);
        let unready = self.number("UNREADY_SECONDS", 0, 300);
        let shutdown = self.number("SHUTDOWN_SECONDS", 1, 3600);
        let require_if_match = self.truth("REQUIRE_IF_MATCH");
        let trusted = self.parsed("TRUSTED_PROXIES", |text| list(text).map(network).collect());
        let header = self.parsed("CLIENT_ADDRESS_HEADER", header_name);
        let cors = self.parsed("CORS_ORIGINS", |text| match text {
            "*" => Ok(Cors::Any),
            text => list(text).map(origin).collect::<Result<_, _>>().map(Cors::Origins),
        });
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Some(ServerConfig {
            bind: bind?,
            workers: workers
                .map(|workers| usize::try_from(workers).unwrap_or(1))
                .map(|workers| if workers == 0 { processors } else { workers })?,
            metrics_bind,
            proxies: ProxyConfig { trusted: trusted?, header: header? },
            cors: cors?,
            deadlines: Deadlines::default(),
            request_deadline: Duration::from_secs(request?),
            unready_pause: Duration::from_secs(unready?),
            shutdown_grace: Duration::from_secs(shutdown?),
            require_if_match: require_if_match?,
            cache_bytes: usize::try_from(cache_bytes?).unwrap_or(usize::MAX),
            shared_cache: SharedCache { fresh: fresh?, stale: stale? },
        })
    }

    fn store(&mut self) -> Option<StoreConfig> {
        let database = self.parsed("DATABASE_URL", Location::parse);
        let connections = self.number("DATABASE_CONNECTIONS", 1, 200);
        let media = self.media();
        let secret_key_file =
            self.parsed("SECRET_KEY_FILE", |text| if text.is_empty() { Err("must name a file".into()) } else { Ok(PathBuf::from(text)) });
        Some(StoreConfig {
            database: database?,
            connections: u32::try_from(connections?).unwrap_or(8),
            media: media?,
            secret_key_file: secret_key_file?,
        })
    }

    fn media(&mut self) -> Option<MediaConfig> {
        let mut place = self.parsed("MEDIA_URL", MediaPlace::parse);
        let deadline = self.number("S3_SECONDS", 1, 120);
        let megapixels = self.number("IMAGE_MEGAPIXELS", 1, 200);
        if let Some(MediaPlace::S3(bucket)) = &mut place {
            bucket.access_key_id = self.value("S3_ACCESS_KEY_ID");
            bucket.secret_access_key = self.value("S3_SECRET_ACCESS_KEY");
            bucket.deadline = Duration::from_secs(deadline?);
            if bucket.access_key_id.is_empty() || bucket.secret_access_key.is_empty() {
                self.faults.push("MEDIA_URL names a bucket, which needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY".into());
            }
        }
        let place = place?;
        let temporary = match (self.value("TEMPORARY_FOLDER"), &place) {
            (given, _) if !given.is_empty() => given.into(),
            (_, MediaPlace::Folder(folder)) => folder.join("tmp"),
            (_, MediaPlace::S3(_)) => "tmp".into(),
        };
        let bounds = ImageBounds { megapixels: megapixels? };
        deadline.map(|_| MediaConfig { place, temporary, bounds })
    }

    fn links(&mut self) -> Option<LinkConfig> {
        let bind = self.value("BIND");
        let site_url = self.parsed("SITE_URL", base_url);
        let api_url = self.parsed("API_URL", |text| if text.is_empty() { Ok(reached_at(&bind)) } else { base_url(text) });
        let article_path = self.parsed("ARTICLE_PATH", article_path);
        Some(LinkConfig { site_url: site_url?, api_url: api_url?, article_path: article_path? })
    }

    fn mail(&mut self) -> Option<MailConfig> {
        let site = self.value("SITE_URL");
        let smtp = self.optional("SMTP_URL", SmtpConfig::parse);
        let from = self.parsed("MAIL_FROM", |text| mail::sender(text, &site));
        let deadline = self.number("SMTP_SECONDS", 1, 120);
        let authorities = Some(self.value("SMTP_CA_FILE")).filter(|file| !file.is_empty()).map(Into::into);
        let (folder, deadline) = (self.value("MAIL_FOLDER").into(), Duration::from_secs(deadline?));
        Some(MailConfig { smtp, folder, from: from?, authorities, deadline })
    }

    fn first_admin(&mut self) -> Option<FirstAdmin> {
        let email = self.optional("ADMIN_EMAIL", |text| {
            if crate::input::formats::is_email(text) { Ok(text.to_lowercase()) } else { Err("is not an email address".into()) }
        });
        let password = self.optional("ADMIN_PASSWORD", |text| match text.chars().count() {
            15..=1024 => Ok(text.to_owned()),
            _ => Err("must have 15 to 1024 characters".into()),
        });
        let set = |name: &str| (self.lookup)(name).is_some_and(|text| !text.is_empty());
        if set("ADMIN_EMAIL") != set("ADMIN_PASSWORD") {
            self.faults.push("ADMIN_EMAIL and ADMIN_PASSWORD must be set together".into());
        }
        Some(FirstAdmin { email: email?, password: password? })
    }

    fn value(&self, name: &str) -> String {
        let default = SETTINGS.iter().find(|setting| setting.name == name).map_or("", |setting| setting.default);
        (self.lookup)(name).filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
    }

    fn parsed<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.value(name);
        parse(text.trim()).map_err(|why| self.faults.push(format!("{name} {why}"))).ok()
    }

    fn optional<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        if self.value(name).is_empty() { None } else { self.parsed(name, parse) }
    }

    fn truth(&mut self, name: &str) -> Option<bool> {
        self.parsed(name, |text| text.parse::<bool>().map_err(|_| "must be true or false".into()))
    }

    fn number(&mut self, name: &str, low: u64, high: u64) -> Option<u64> {
        self.parsed(name, |text| match text.parse::<u64>() {
            Ok(number) if (low..=high).contains(&number) => Ok(number),
            _ => Err(format!("must be a whole number from {low} to {high}")),
        })
    }

    fn rate(&mut self, name: &str) -> Option<u32> {
        self.parsed(name, |text| match (text, text.strip_suffix("/minute").map(str::parse::<u32>)) {
            ("off", _) => Ok(None),
            (_, Some(Ok(rate))) if (1..=1_000_000).contains(&rate) => Ok(Some(rate)),
            _ => Err("must be N/minute (1 to 1000000) or off".into()),
        })
        .flatten()
    }
}
