//! Every kind of problem: its code, status, title, and what a person should know of it.

/// Declares every problem: its code, status, title and what a person should know of it.
macro_rules! problems {
    ($($variant:ident = $code:literal $status:literal $title:literal $about:literal),+ $(,)?) => {
        /// Every kind of problem there is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code { $($variant),+ }

        impl Code {
            /// All of them, in the order of their statuses.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as answers carry it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The HTTP status it comes with.
            pub(crate) const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// The problem's title.
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What it means and what to do, for a person.
            pub(crate) const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),+ }
            }
        }
    };
}

problems! {
    MalformedJson = "malformed_json" 400 "The body is not valid JSON" "The body could not be read as JSON: a syntax error, a member that stands twice, or more than 32 levels of nesting. Send one UTF-8 JSON document as RFC 8259 describes.",
    MalformedQuery = "malformed_query" 400 "The query string is wrong" "A parameter is unknown, stands twice, or has a value that it can't take. Each fault names its parameter; the OpenAPI document lists what the operation takes.",
    MalformedBody = "malformed_body" 400 "The body could not be read" "The body broke off or does not have the form that its Content-Type announces.",
    MalformedHeader = "malformed_header" 400 "A header is wrong" "A request header has a value that it can't take.",
    MalformedRequest = "malformed_request" 400 "The request is not valid HTTP" "The request line, a header or the framing of the body could not be read as RFC 9112 describes, so that nothing is known of what was asked. The connection is closed.",
    Unauthenticated = "unauthenticated" 401 "Who is asking?" "This needs an access token or an API key in the Authorization header, as Bearer. The one sent is missing, unknown, expired or ended. Log in, or refresh.",
    WrongCredentials = "wrong_credentials" 401 "The credentials are wrong" "The e-mail address and the password do not belong together, or the account may not log in.",
    Forbidden = "forbidden" 403 "You may not do this" "Your role or your key's scopes do not allow it. Ask an administrator.",
    NotFound = "not_found" 404 "There is nothing here" "No public resource has this address. It may never have existed, or may not be public.",
    MethodNotAllowed = "method_not_allowed" 405 "This method is not supported here" "The resource exists, but not for this method. The Allow header names those that it has.",
    RequestTimeout = "request_timeout" 408 "The request took too long to arrive" "Its head or its body did not arrive within the deadline. Send it again, on a better connection or in smaller parts.",
    Conflict = "conflict" 409 "The state does not allow it" "The request is right in itself, but not in the state in which the resource is. The detail says why.",
    SlugTaken = "slug_taken" 409 "This slug is taken" "Another resource of this kind has the slug, or had it while it was public. `taken_by` (`kind`, `id`, `title`) says which, if you may see it; the kind `tombstone` is what an erased article leaves. Choose another, or leave the slug out to get one made.",
    NoProfile = "no_profile" 409 "Your own profile must sign it" "Who may not edit everybody's articles publishes only with their own author's profile among the authors. Make a profile if you have none, and add it.",
    InUse = "in_use" 409 "Others use this" "It cannot be deleted while others use it. `usages` says which; the operation's documentation says how to go on.",
    IllegalTransition = "illegal_transition" 409 "The state does not allow this step" "The resource's state does not have this step. `legal` names those it has.",
    Misfits = "misfits" 409 "What is there does not fit" "Objects that are there would not fit this schema. `misfits` names the first hundred with what is wrong, `total` counts all. Change them first, or send force=true: then they stay as they are, and whoever saves one next is told.",
    LastAdmin = "last_admin" 409 "There must be an administrator" "The last administrator can be neither demoted, suspended nor deleted. Make another one first.",
    RequestInFlight = "request_in_flight" 409 "The same request is being answered" "Another request with this Idempotency-Key has not been answered yet. Wait, and send it again.",
    Gone = "gone" 410 "It is no longer public" "What stood here was public once and has been withdrawn.",
    StaleVersion = "stale_version" 412 "It has changed since you read it" "If-Match names a version that is not the current one. Read it again, merge, and send the write with the new ETag.",
    UnsupportedTusVersion = "unsupported_tus_version" 412 "The server speaks another version of tus" "Tus-Resumable names a version of the protocol for resumable uploads that is not the server's; Tus-Version names that.",
    TooLarge = "too_large" 413 "The body is too large" "JSON bodies may have 1 MiB, uploads 20 MiB.",
    UriTooLong = "uri_too_long" 414 "The address is too long" "Path and query may have 8 KiB together.",
    UnsupportedMediaType = "unsupported_media_type" 415 "This media type is not supported here" "The Content-Type of the body, or the type of the file by its bytes, is not one that the operation takes.",
    RangeNotSatisfiable = "range_not_satisfiable" 416 "The file has no such range" "The requested range lies outside the file. Content-Range tells its size.",
    ValidationFailed = "validation_failed" 422 "The content is not valid" "The body is JSON, but not what the operation takes. `errors` lists every fault with a JSON Pointer (RFC 6901) to the place.",
    BatchFailed = "batch_failed" 422 "An operation of the batch failed" "Nothing of the batch was stored. `failed` lists the indexes of those that failed, `results` has the answer of each operation, in their order; mend those that failed and send the batch again.",
    IdempotencyMismatch = "idempotency_mismatch" 422 "This Idempotency-Key was used for another request" "A key belongs to one request. Send the same body again, or use a new key.",
    WeakTag = "weak_tag" 412 "The entity tag is weak" "If-Match names the current version by a weak tag, and only strong ones guard a write. Something between you and the server changed the answer, as proxies do that compress. Send the strong tag of current_version.",
    VersionRequired = "version_required" 428 "This write needs If-Match" "This server takes a write only with the ETag of what it changes (REQUIRE_IF_MATCH). Read the editor view and send its ETag in If-Match.",
    TooManyRequests = "too_many_requests" 429 "Too many requests" "Wait as many seconds as Retry-After says.",
    HeadersTooLarge = "headers_too_large" 431 "The headers are too large" "The request's headers are larger than the server takes.",
    Internal = "internal" 500 "The server failed" "The failure has been logged under the request id; nothing of it is your fault.",
    Unavailable = "unavailable" 503 "The server cannot answer now" "It is starting, stopping or overloaded, or its database does not answer. Wait as many seconds as Retry-After says.",
    StorageFull = "storage_full" 507 "The server's disk is full" "Nothing was stored. Reads go on; writes work again when there is room.",
}
