//! The contract: every response to a test must match the OpenAPI document in every detail.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock};

use actix_web::http::Method;
use jsonschema::Validator;
use masthead::openapi::referenced;
use serde_json::{Value, json};

use super::answer::Answer;
use super::client::ADDRESS;

/// The parts of a request that the contract needs.
pub(crate) struct Sent<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a str,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) may_fail: bool,
}

impl Sent<'_> {
    fn path(&self) -> &str {
        self.uri.split('?').next().unwrap_or_default()
    }
}

/// An operation of the document.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    /// The path, with its parameters in braces.
    pub(crate) path: String,
    pub(crate) item: Value,
}

impl Operation {
    /// Returns the path with every parameter replaced.
    pub(crate) fn path_with(&self, value: impl Fn(&str) -> String) -> String {
        let segments = self.path.split('/').map(|segment| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => value(name),
            None => segment.to_owned(),
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// Checks whether this operation's template matches a path.
    fn fits(&self, path: &str) -> bool {
        let (ours, theirs): (Vec<_>, Vec<_>) = (self.path.split('/').collect(), path.split('/').collect());
        ours.len() == theirs.len()
            && ours.iter().zip(&theirs).all(|(ours, theirs)| if ours.starts_with('{') { !theirs.is_empty() } else { ours == theirs })
    }

    fn fixed_segments(&self) -> usize {
        self.path.split('/').filter(|segment| !segment.starts_with('{')).count()
    }

    /// Returns the names of the query parameters.
    pub(crate) fn query_parameters(&self) -> Vec<String> {
        let parameters = self.item.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let names = parameters.filter(|parameter| parameter["in"] == "query").filter_map(|parameter| parameter["name"].as_str());
        names.map(str::to_owned).collect()
    }
}

/// The document, and validators compiled from it.
pub(crate) struct Contract {
    pub(crate) document: Value,
    pub(crate) operations: Vec<Operation>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
    /// Hashes of schemas' keys with bodies that fit them, so that the same body is checked once.
    fitting: Mutex<HashSet<u64>>,
}

impl Contract {
    /// Returns the document of this build.
    pub(crate) fn get() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Self::new(serde_json::from_str(masthead::openapi::text()).expect("the document is JSON")))
    }

    fn new(document: Value) -> Self {
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, item) in item.as_object().into_iter().flatten() {
                let id = item["operationId"].as_str().unwrap_or_default().to_owned();
                operations.push(Operation { id, method: method.to_uppercase(), path: path.clone(), item: item.clone() });
            }
        }
        Self { document, operations, validators: Mutex::default(), fitting: Mutex::default() }
    }

    /// Returns the operation of a request.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<&Operation> {
        let method = if method == "HEAD" { "GET" } else { method };
        // A fixed segment takes precedence over a parameter, whatever methods the paths have.
        let fixed = self.operations.iter().filter(|one| one.fits(path)).map(Operation::fixed_segments).max()?;
        self.operations.iter().find(|one| one.method == method && one.fits(path) && one.fixed_segments() == fixed)
    }

    /// Panics if a response breaks the contract, and says how.
    pub(crate) fn hold(&self, sent: &Sent<'_>, answer: &Answer) {
        let mut faults = ground_rules(sent, answer);
        faults.extend(secrets(sent, answer));
        if *sent.method != Method::OPTIONS && !sent.path().starts_with("/docs") {
            faults.extend(match self.operation(sent.method.as_str(), sent.path()) {
                Some(operation) => self.of_operation(operation, sent, answer),
                None => self.of_nothing(sent, answer),
            });
        }
        let name = self.operation(sent.method.as_str(), sent.path()).map_or("no operation", |operation| &operation.id);
        assert!(faults.is_empty(), "the contract of {name} is broken:\n- {}\nby {answer}", faults.join("\n- "));
    }

    /// Checks the response to a URL or a method that is not in the document.
    fn of_nothing(&self, sent: &Sent<'_>, answer: &Answer) -> Vec<String> {
        if ![404, 405, 414].contains(&answer.status) {
            return vec![format!("the document knows no such operation, but the answer is {}", answer.status)];
        }
        if *sent.method == Method::HEAD {
            return Vec::new();
        }
        self.body_faults("Problem", &json!({"$ref": "#/components/schemas/Problem"}), answer)
    }

    fn of_operation(&self, operation: &Operation, sent: &Sent<'_>, answer: &Answer) -> Vec<String> {
        let responses = &operation.item["responses"];
        let class = format!("{}XX", answer.status / 100);
        let Some(response) =
            responses.get(answer.status.to_string()).or_else(|| responses.get(&class)).or_else(|| responses.get("default"))
        else {
            return vec![format!("the status {} is not documented", answer.status)];
        };
        let response = self.resolved(response);
        let mut faults = self.header_faults(response, answer);
        if answer.status < 300 {
            faults.extend(undocumented_parameters(operation, sent));
        }
        if *sent.method == Method::HEAD {
            return faults;
        }
        let content = response.get("content").and_then(Value::as_object);
        match content.filter(|content| !content.is_empty()) {
            None if answer.body.is_empty() => {}
            None => faults.push("the document says that there is no body".to_owned()),
            Some(content) => match content.get(answer.media_type()) {
                Some(media) => {
                    let key = format!("{} {} {} {}", operation.method, operation.path, answer.status, answer.media_type());
                    faults.extend(media.get("schema").map(|schema| self.body_faults(&key, schema, answer)).unwrap_or_default());
                }
                None => faults.push(format!("the media type {:?} is not documented", answer.media_type())),
            },
        }
        faults
    }

    fn header_faults(&self, response: &Value, answer: &Answer) -> Vec<String> {
        let mut faults = Vec::new();
        let documented = response.get("headers").and_then(Value::as_object);
        for (name, header) in documented.into_iter().flatten() {
            let header = self.resolved(header);
            match answer.header(name) {
                None if header["required"] == true => faults.push(format!("the header {name} is missing")),
                None => {}
                Some(text) => {
                    let value = text.parse::<i64>().map_or(Value::from(text), Value::from);
                    let text = Value::from(text);
                    let schema = header.get("schema").cloned().unwrap_or(Value::Bool(true));
                    let validator = self.validator(&format!("header {name} {schema}"), &schema);
                    if !validator.is_valid(&text) && !validator.is_valid(&value) {
                        faults.push(format!("the header {name}: {value} does not fit its schema"));
                    }
                }
            }
        }
        for name in ["ETag", "Location", "Link", "Retry-After", "WWW-Authenticate", "Idempotency-Replayed", "Cache-Tag"] {
            let known = documented.is_some_and(|headers| headers.keys().any(|other| other.eq_ignore_ascii_case(name)));
            if answer.header(&name.to_lowercase()).is_some() && !known {
                faults.push(format!("the header {name} is not documented"));
            }
        }
        faults
    }

    fn body_faults(&self, key: &str, schema: &Value, answer: &Answer) -> Vec<String> {
        if !answer.media_type().ends_with("json") {
            return Vec::new();
        }
        let mut hasher = DefaultHasher::new();
        (key, answer.header("content-encoding"), &answer.body).hash(&mut hasher);
        let hash = hasher.finish();
        if self.fitting.lock().expect("no test died hashing").contains(&hash) {
            return Vec::new();
        }
        let Some(body) = answer.parsed() else { return vec!["the body is not JSON".to_owned()] };
        let validator = self.validator(key, schema);
        let faults = validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path()));
        let faults: Vec<String> = faults.map(|fault| fault.chars().take(1500).collect()).collect();
        if faults.is_empty() {
            self.fitting.lock().expect("no test died hashing").insert(hash);
        }
        faults
    }

    /// Returns a validator for a schema of the document.
    pub(crate) fn validator(&self, key: &str, schema: &Value) -> Arc<Validator> {
        if let Some(validator) = self.validators.lock().expect("no test died compiling").get(key) {
            return Arc::clone(validator);
        }
        let root = json!({"$ref": "#/answer", "answer": schema, "components": {"schemas": referenced(&self.document, schema)}});
        let compiled = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .with_format("date-time", is_exact_time)
            .build(&root)
            .unwrap_or_else(|error| panic!("the schema of {key} does not compile: {error}"));
        let compiled = Arc::new(compiled);
        self.validators.lock().expect("no test died compiling").insert(key.to_owned(), Arc::clone(&compiled));
        compiled
    }

    /// Resolves a reference; returns other values unchanged.
    pub(crate) fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')).unwrap_or(value),
            None => value,
        }
    }
}

/// Checks that a time is in UTC with milliseconds and `Z`.
fn is_exact_time(text: &str) -> bool {
    let shape = "0000-00-00T00:00:00.000Z";
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, expected)| if expected == b'0' { byte.is_ascii_digit() } else { byte == expected })
}

/// Checks the rules for all responses.
fn ground_rules(sent: &Sent<'_>, answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    for name in ["x-request-id", "x-content-type-options", "referrer-policy", "content-security-policy"] {
        if answer.header(name).is_none() {
            faults.push(format!("the header {name} is missing"));
        }
    }
    let cache = answer.header("cache-control").unwrap_or_default();
    if answer.status != 204 && cache.is_empty() && *sent.method != Method::OPTIONS && answer.status < 300 {
        faults.push("an answer without Cache-Control".to_owned());
    }
    let asked_as_staff = sent.headers.iter().any(|(name, _)| name == "authorization");
    if *sent.method != Method::GET && *sent.method != Method::HEAD && cache.contains("public") {
        faults.push("the answer to a write may not be cached".to_owned());
    }
    if asked_as_staff && sent.uri.contains("view=editor") && answer.status < 300 && !cache.contains("no-store") {
        faults.push("an editor view may not be stored".to_owned());
    }
    if answer.status >= 400 && answer.media_type() != "application/problem+json" && *sent.method != Method::HEAD {
        faults.push("an error that is no problem document".to_owned());
    }
    if answer.status >= 500 && !sent.may_fail {
        faults.push("the server failed".to_owned());
    }
    faults
}

/// Checks that a public response contains no email or IP addresses, no hashes, and no text marked as unpublished.
fn secrets(sent: &Sent<'_>, answer: &Answer) -> Vec<String> {
    let known = sent.headers.iter().any(|(name, _)| name == "authorization");
    if known || answer.body.is_empty() {
        return Vec::new();
    }
    let text = answer.text();
    let address = ADDRESS.split(':').next().unwrap_or_default();
    // If the request itself contains the canary, the response may, too.
    let canary = (*sent.method == Method::GET && !sent.uri.contains(super::world::CANARY)).then_some(super::world::CANARY);
    let leaked = ["@private.example", "$argon2", address].into_iter().chain(canary).filter(|secret| text.contains(secret));
    leaked.map(|secret| format!("a public answer holds {secret:?}")).collect()
}

fn undocumented_parameters(operation: &Operation, sent: &Sent<'_>) -> Vec<String> {
    let known = operation.query_parameters();
    let query = sent.uri.split_once('?').map_or("", |(_, query)| query);
    let names = query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty());
    let names = names.map(|name| name.replace("%5B", "[").replace("%5D", "]"));
    names.filter(|name| !known.contains(name)).map(|name| format!("the parameter {name} was taken, but is not documented")).collect()
}
