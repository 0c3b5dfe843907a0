//! Every setting there is: its name, its default, and what it may be.

/// A setting's name, its default and what it may be; what `.env.example` and the documentation show.
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// What it is when nobody sets it.
    pub default: &'static str,
    /// What it does, and its bounds.
    pub about: &'static str,
}

const fn setting(name: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { name, default, about }
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    setting("BIND", "127.0.0.1:8080", "Address and port to listen on."),
    setting("WORKERS", "0", "Threads that answer requests, 0 to 256; 0 takes one for each core."),
    setting("DATABASE_URL", "sqlite://masthead.db", "sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME."),
    setting("DATABASE_CONNECTIONS", "8", "Connections for reading (SQLite) or for everything (PostgreSQL), 1 to 200."),
    setting(
        "MEDIA_URL",
        "file:media",
        "Where pictures are kept: file:FOLDER, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME&path_style=true|false in any service that speaks S3.",
    ),
    setting("S3_ACCESS_KEY_ID", "", "The key that the bucket in MEDIA_URL is opened with; it may read, write, delete and list there."),
    setting("S3_SECRET_ACCESS_KEY", "", "The secret of that key."),
    setting("S3_SECONDS", "20", "How long the bucket may be silent, 1 to 120 seconds, before what needs it is answered 503."),
    setting(
        "TEMPORARY_FOLDER",
        "",
        "Where uploads lie that are under way. Where empty, tmp in the media folder or, with a bucket, in the working folder.",
    ),
    setting(
        "IMAGE_MEGAPIXELS",
        "50",
        "How many million pixels a picture may have, 1 to 200. Decoding one may take 7 MiB of memory for each million, and a picture that would take more is refused.",
    ),
    setting(
        "SITE_URL",
        "http://localhost:3000",
        "The readers' site, an http or https address without a path's end; links in answers lead there.",
    ),
    setting("API_URL", "", "Where clients reach this server; media addresses and Location begin with it. Where empty, http:// and BIND."),
    setting(
        "ARTICLE_PATH",
        "/{slug}",
        "The path of an article on the site; of {slug} {section} {year} {month} {day} {id}, with {slug} or {id} in it. Dates are those of the site's time zone.",
    ),
    setting("FEED_CONTENT", "summary", "What feeds hold when nobody says: summary, or full for whole texts."),
    setting("ADMIN_EMAIL", "", "With ADMIN_PASSWORD: the first administrator, made at a start that finds no user."),
    setting("ADMIN_PASSWORD", "", "The first administrator's password, 15 to 1024 characters."),
    setting(
        "SECRET_KEY_FILE",
        "masthead.key",
        "The server's secret key; made at the first start, readable by its owner alone. All nodes share it.",
    ),
    setting(
        "TRUSTED_PROXIES",
        "",
        "Addresses or networks (CIDR), separated by commas, of proxies whose CLIENT_ADDRESS_HEADER is believed.",
    ),
    setting(
        "CLIENT_ADDRESS_HEADER",
        "X-Forwarded-For",
        "The one header in which trusted proxies write the client's address: X-Forwarded-For, Forwarded, or one with an address alone, such as X-Real-IP.",
    ),
    setting("CORS_ORIGINS", "", "Origins, separated by commas, whose pages may call the API from a browser; * for all."),
    setting("REQUIRE_IF_MATCH", "false", "true refuses a PUT, PATCH or DELETE of content without If-Match (428)."),
    setting("CACHE_BYTES", "67108864", "Memory for ready answers, 0 to 68719476736 bytes; 0 turns the cache off."),
    setting(
        "SHARED_CACHE_SECONDS",
        "0",
        "How long a CDN may give public answers without asking (s-maxage), 0 to 31536000 seconds; it should purge by Cache-Tag.",
    ),
    setting(
        "SHARED_CACHE_STALE_SECONDS",
        "0",
        "How long after that it may give them while it asks (stale-while-revalidate), 0 to 31536000 seconds.",
    ),
    setting("RATE_LOGIN", "10/minute", "Logins and other password checks for each address: N/minute (1 to 1000000) or off."),
    setting("RATE_COMMENT", "6/minute", "Guest comments for each address: N/minute or off."),
    setting("RATE_SUBSCRIBE", "6/minute", "Newsletter sign-ups, confirmations and preferences for each address: N/minute or off."),
    setting("RATE_READ", "off", "Public reads for each address: N/minute or off."),
    setting("RATE_VIEW", "120/minute", "Views of articles that an address may report: N/minute or off."),
    setting("RATE_AD", "120/minute", "Ads seen and clicked on that an address may report: N/minute or off."),
    setting(
        "RATE_REPORT",
        "30/minute",
        "Votes for comments, reports of them, and forms for new ones that an address may send: N/minute or off.",
    ),
    setting("RATE_PREVIEW", "60/minute", "Reads by a preview as of a time for each address: N/minute or off."),
    setting("METRICS_BIND", "", "Address and port for Prometheus' /metrics; empty turns it off."),
    setting(
        "SMTP_URL",
        "",
        "The mail server: smtp://HOST:PORT (STARTTLS; ?tls=none or ?tls=required says how) or smtps://USER:PASSWORD@HOST:PORT.",
    ),
    setting(
        "SMTP_CA_FILE",
        "",
        "A PEM file of certificate authorities that the mail server's certificate may come from, besides the system's.",
    ),
    setting("SMTP_SECONDS", "30", "How long the mail server may take for one mail, 1 to 120 seconds."),
    setting("MAIL_FROM", "", "Who mails come from, such as The Desk <desk@example.org>; where empty, noreply at SITE_URL's host."),
    setting("MAIL_FOLDER", "mails", "The folder that mails are written into, a file each, where SMTP_URL is empty."),
    setting(
        "COMMENT_CHECK_URL",
        "",
        "Where a server elsewhere is asked what it thinks of guests' comments, as OPERATIONS.md says; empty asks nobody.",
    ),
    setting("COMMENT_CHECK_SECRET", "", "What these requests are signed with, at least 16 characters."),
    setting("OUTBOUND_PRIVATE", "false", "true lets the server ask addresses inside: loopback, private networks and the like."),
    setting("LOG_FORMAT", "auto", "pretty, json, or auto: pretty on a terminal, JSON otherwise."),
    setting("LOG_LEVEL", "info", "error, warn, info, debug or trace."),
    setting("REQUEST_SECONDS", "30", "How long a request's body may take to arrive, and a picture to be made, 1 to 3600 seconds."),
    setting(
        "UNREADY_SECONDS",
        "1",
        "How long /readyz says no after SIGTERM, while all is still answered, before the server stops listening, 0 to 300 seconds.",
    ),
    setting("SHUTDOWN_SECONDS", "30", "How long requests in flight may go on after SIGTERM, 1 to 3600 seconds."),
];
