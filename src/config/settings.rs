//! All settings: name, default and description.

/// A setting, as `.env.example` and the documentation show it.
pub struct Setting {
    /// The name of the environment variable.
    pub name: &'static str,
    /// The default value.
    pub default: &'static str,
    /// The meaning and the allowed values.
    pub about: &'static str,
}

const fn setting(name: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { name, default, about }
}

/// All settings.
pub const SETTINGS: &[Setting] = &[
    setting("BIND", "127.0.0.1:8080", "The IP address and port to listen on."),
    setting("WORKERS", "0", "The number of threads that serve requests, 0 to 256; 0 means one for each core."),
    setting("DATABASE_URL", "sqlite://masthead.db", "The database: sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME."),
    setting("DATABASE_CONNECTIONS", "8", "The number of connections for reads (SQLite) or for everything (PostgreSQL), 1 to 200."),
    setting(
        "MEDIA_URL",
        "file:media",
        "The store of images: file:FOLDER, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME&path_style=true|false for any service with the S3 API.",
    ),
    setting(
        "S3_ACCESS_KEY_ID",
        "",
        "The access key for the bucket in MEDIA_URL; the key needs permission to read, write, delete and list.",
    ),
    setting("S3_SECRET_ACCESS_KEY", "", "The secret of the access key."),
    setting("S3_SECONDS", "20", "The time after which requests fail with 503 if the bucket does not respond, 1 to 120 seconds."),
    setting(
        "TEMPORARY_FOLDER",
        "",
        "The folder for unfinished uploads. If empty: tmp in the media folder or, with a bucket, in the working folder.",
    ),
    setting(
        "IMAGE_MEGAPIXELS",
        "50",
        "The maximum number of pixels of an image, in millions, 1 to 200. Decoding may take 7 MiB of memory per million pixels of this setting; an image that needs more memory is refused.",
    ),
    setting(
        "SITE_URL",
        "http://localhost:3000",
        "The http or https URL of the readers' site, without query string and fragment; links in responses begin with this URL.",
    ),
    setting(
        "API_URL",
        "",
        "The URL at which clients reach this server; media URLs and Location begin with this URL. If empty: http:// and BIND.",
    ),
    setting(
        "ARTICLE_PATH",
        "/{slug}",
        "The path of an article on the site, made of {slug} {section} {year} {month} {day} {id}. The path must contain {slug} or {id}. Dates are in the site's time zone.",
    ),
    setting("FEED_CONTENT", "summary", "The default contents of feeds: summary, or full for full texts."),
    setting(
        "ADMIN_EMAIL",
        "",
        "The email address of the first administrator, who is created at the start if there are no users; needs ADMIN_PASSWORD.",
    ),
    setting("ADMIN_PASSWORD", "", "The password of the first administrator, 15 to 1024 characters."),
    setting(
        "SECRET_KEY_FILE",
        "masthead.key",
        "The file of the server's secret key; created at the first start, readable only by its owner. All nodes must share the file.",
    ),
    setting(
        "TRUSTED_PROXIES",
        "",
        "The IP addresses or networks (CIDR) of proxies whose CLIENT_ADDRESS_HEADER is trusted, separated by commas.",
    ),
    setting(
        "CLIENT_ADDRESS_HEADER",
        "X-Forwarded-For",
        "The header in which trusted proxies write the client's IP address: X-Forwarded-For, Forwarded, or a header with only an IP address, such as X-Real-IP.",
    ),
    setting("CORS_ORIGINS", "", "The origins whose pages may call the API from a browser, separated by commas; * for all."),
    setting("REQUIRE_IF_MATCH", "false", "Whether a PUT, PATCH or DELETE of content without If-Match is refused (428): true or false."),
    setting("CACHE_BYTES", "67108864", "The size of the response cache, 0 to 68719476736 bytes; 0 turns the cache off."),
    setting(
        "SHARED_CACHE_SECONDS",
        "0",
        "The time for which a CDN may serve public responses without revalidation (s-maxage), 0 to 31536000 seconds; the CDN should purge by Cache-Tag.",
    ),
    setting(
        "SHARED_CACHE_STALE_SECONDS",
        "0",
        "The further time for which a CDN may serve a response while the CDN revalidates the response (stale-while-revalidate), 0 to 31536000 seconds.",
    ),
    setting("RATE_LOGIN", "10/minute", "The limit of logins and other password checks per IP address: N/minute (1 to 1000000) or off."),
    setting("RATE_COMMENT", "6/minute", "The limit of guest comments per IP address: N/minute or off."),
    setting(
        "RATE_SUBSCRIBE",
        "6/minute",
        "The limit of newsletter sign-ups, confirmations and changes of preferences per IP address: N/minute or off.",
    ),
    setting("RATE_READ", "off", "The limit of public reads per IP address: N/minute or off."),
    setting("RATE_VIEW", "120/minute", "The limit of reported article views per IP address: N/minute or off."),
    setting("RATE_AD", "120/minute", "The limit of reported ad impressions and ad clicks per IP address: N/minute or off."),
    setting(
        "RATE_REPORT",
        "30/minute",
        "The limit of votes for comments, reports of comments and forms for new comments per IP address: N/minute or off.",
    ),
    setting(
        "RATE_PREVIEW",
        "60/minute",
        "The limit of reads per IP address with a preview that shows the site at a later time: N/minute or off.",
    ),
    setting("METRICS_BIND", "", "The IP address and port of /metrics for Prometheus; an empty value turns /metrics off."),
    setting(
        "SMTP_URL",
        "",
        "The mail server: smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT. For smtp://, STARTTLS is used; to change this, add ?tls=required, ?tls=opportunistic or ?tls=none.",
    ),
    setting(
        "SMTP_CA_FILE",
        "",
        "A PEM file of certificate authorities that are trusted for the mail server, in addition to the authorities of the system.",
    ),
    setting("SMTP_SECONDS", "30", "The time limit for sending one email, 1 to 120 seconds."),
    setting("MAIL_FROM", "", "The sender of emails, such as The Desk <desk@example.org>. If empty: noreply at the host of SITE_URL."),
    setting("MAIL_FOLDER", "mails", "The folder into which emails are written as files if SMTP_URL is empty."),
    setting(
        "COMMENT_CHECK_URL",
        "",
        "The URL of a server that checks the comments of guests, as described in OPERATIONS.md; an empty value turns the check off.",
    ),
    setting("COMMENT_CHECK_SECRET", "", "The secret with which requests to COMMENT_CHECK_URL are signed, at least 16 characters."),
    setting(
        "OUTBOUND_PRIVATE",
        "false",
        "Whether the server may send requests to loopback, private and other special IP addresses: true or false.",
    ),
    setting("LOG_FORMAT", "auto", "The format of the log: pretty, json, or auto (pretty on a terminal, JSON otherwise)."),
    setting("LOG_LEVEL", "info", "The level from which events are logged: error, warn, info, debug or trace."),
    setting("REQUEST_SECONDS", "30", "The time limit for receiving a request body and for making an image, 1 to 3600 seconds."),
    setting(
        "UNREADY_SECONDS",
        "1",
        "The time after SIGTERM for which /readyz fails while the server still accepts requests, 0 to 300 seconds.",
    ),
    setting("SHUTDOWN_SECONDS", "30", "The time that open requests have to finish after SIGTERM, 1 to 3600 seconds."),
];
