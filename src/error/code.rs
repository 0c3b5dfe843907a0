//! All kinds of problems: code, status, title, and an explanation for people.

/// Declares the problems: code, status, title, and an explanation for people.
macro_rules! problems {
    ($($variant:ident = $code:literal $status:literal $title:literal $about:literal),+ $(,)?) => {
        /// A kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code { $($variant),+ }

        impl Code {
            /// All codes, in the order of their statuses.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the code, as responses contain it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// Returns the HTTP status.
            pub(crate) const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// Returns the title of the problem.
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// Returns the meaning of the code and the advice, for people.
            pub(crate) const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),+ }
            }
        }
    };
}

problems! {
    MalformedJson = "malformed_json" 400 "The request body is not valid JSON" "The request body could not be parsed as JSON: it has a syntax error, a duplicate member, or more than 32 levels of nesting. Send one UTF-8 JSON document (RFC 8259).",
    MalformedQuery = "malformed_query" 400 "The query string is not valid" "A parameter is unknown, occurs twice, or has an invalid value. `errors` names each parameter; the OpenAPI document lists the parameters of the operation.",
    MalformedBody = "malformed_body" 400 "The request body could not be read" "The request body is incomplete, or its form does not match its Content-Type.",
    MalformedHeader = "malformed_header" 400 "A header is not valid" "A request header has an invalid value. The detail names the header.",
    MalformedRequest = "malformed_request" 400 "The request is not valid HTTP" "The request line, a header or the framing of the body violates RFC 9112, so the request could not be parsed. The connection is closed.",
    Unauthenticated = "unauthenticated" 401 "Authentication required" "This operation needs an access token or an API key in the Authorization header, with the scheme Bearer. The token is missing, unknown, expired or revoked. Log in, or refresh the session.",
    WrongCredentials = "wrong_credentials" 401 "The credentials are wrong" "The email address and the password do not match, or the account may not log in.",
    Forbidden = "forbidden" 403 "You do not have permission" "Your role or the scopes of your API key do not allow this operation. Ask an administrator.",
    NotFound = "not_found" 404 "Not found" "No public resource has this URL. The resource may never have existed, or may not be public.",
    MethodNotAllowed = "method_not_allowed" 405 "This method is not supported here" "The resource exists, but does not support this method. The Allow header lists the supported methods.",
    RequestTimeout = "request_timeout" 408 "The request took too long to arrive" "The head or the body of the request did not arrive within the deadline. Send the request again, on a faster connection or in smaller parts.",
    Conflict = "conflict" 409 "The request conflicts with the current state" "The request is valid, but the current state of the resource does not allow it. The detail tells why.",
    SlugTaken = "slug_taken" 409 "This slug is taken" "Another resource of this kind has the slug, or had the slug while the resource was public. `taken_by` (`kind`, `id`, `title`) names that resource, if you may see it; the kind `tombstone` means an erased article. Choose another slug, or omit the slug to get a generated one.",
    NoProfile = "no_profile" 409 "Your own profile must be among the authors" "Users who may edit only their own articles can publish an article only if their own author profile is among its authors. Create a profile if you have none, and add the profile to the authors.",
    InUse = "in_use" 409 "The resource is in use" "The resource cannot be deleted while other resources use it. `usages` lists them; the documentation of the operation describes the next steps.",
    IllegalTransition = "illegal_transition" 409 "The state does not allow this step" "This step is not allowed in the current state of the resource. `legal` lists the allowed steps.",
    Misfits = "misfits" 409 "Existing values violate the schema" "Existing objects violate this schema. `misfits` lists the first hundred with their errors, and `total` is the number of all such objects. Change the objects first, or send force=true: then the objects are kept, and fail validation when they are next saved.",
    LastAdmin = "last_admin" 409 "At least one administrator must remain" "The last administrator cannot be demoted, suspended or deleted. Create another administrator first.",
    RequestInFlight = "request_in_flight" 409 "The same request is still being processed" "Another request with this Idempotency-Key is still being processed. Wait, then send the request again.",
    Gone = "gone" 410 "The resource is no longer public" "This URL had a public resource, which has been withdrawn.",
    StaleVersion = "stale_version" 412 "The resource has changed since you read it" "If-Match names a version that is not the current one. Read the resource again, merge your changes, and repeat the write with the new ETag.",
    UnsupportedTusVersion = "unsupported_tus_version" 412 "The server supports another version of tus" "Tus-Resumable names a version of the protocol for resumable uploads that the server does not support. Tus-Version names the supported version.",
    TooLarge = "too_large" 413 "The request body is too large" "JSON bodies may have at most 1 MiB, uploaded files at most 20 MiB.",
    UriTooLong = "uri_too_long" 414 "The URL is too long" "The path and query must be at most 8 KiB together.",
    UnsupportedMediaType = "unsupported_media_type" 415 "This media type is not supported here" "The operation does not accept the Content-Type of the request body, or the type of the file as determined by its bytes.",
    RangeNotSatisfiable = "range_not_satisfiable" 416 "The file has no such range" "The requested range lies outside the file. Content-Range gives the size of the file.",
    ValidationFailed = "validation_failed" 422 "The request body is not valid" "The request body is JSON, but violates the schema or a rule of the operation. `errors` lists the validation errors, each with a JSON Pointer (RFC 6901) to its place.",
    BatchFailed = "batch_failed" 422 "An operation of the batch failed" "Nothing of the batch was stored. `failed` lists the indexes of the failed operations; `results` has the response to each operation, in the order of the operations. Correct the failed operations and send the batch again.",
    IdempotencyMismatch = "idempotency_mismatch" 422 "This Idempotency-Key was used for another request" "A key belongs to one request. Send the same request body again, or use a new key.",
    WeakTag = "weak_tag" 412 "The entity tag is weak" "If-Match names the current version by a weak tag, but a write needs a strong one. A proxy between you and the server changed the response, perhaps by compressing it. Send the strong tag of `current_version`.",
    VersionRequired = "version_required" 428 "This write needs If-Match" "This server accepts a write only with the ETag of the resource (REQUIRE_IF_MATCH). Read the editor view and send its ETag in If-Match.",
    TooManyRequests = "too_many_requests" 429 "Too many requests" "Wait for the number of seconds in Retry-After.",
    HeadersTooLarge = "headers_too_large" 431 "The headers are too large" "The request headers are larger than the server accepts.",
    Internal = "internal" 500 "The server failed" "The failure has been logged with the request id. Your request did not cause it.",
    Unavailable = "unavailable" 503 "The server is temporarily unavailable" "The server is starting, stopping or overloaded, or its database does not respond. Wait for the number of seconds in Retry-After.",
    StorageFull = "storage_full" 507 "The server's disk is full" "Nothing was stored. Reads still work; writes will work again when there is free space.",
}
