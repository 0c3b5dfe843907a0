//! The examples of the OpenAPI document: each works unchanged on a new demo newsroom.

use std::collections::HashMap;

use serde_json::Value;

use crate::server::Server;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Operations that staff use differently than readers, and whose example is that of a reader.
const OF_READERS: [&str; 1] = ["create_comment"];

/// A running demo, and the OpenAPI document that it serves.
struct Demo {
    server: Server,
    token: String,
    document: Value,
    /// The ids for path parameters without an example.
    ids: HashMap<&'static str, String>,
}

struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    item: &'a Value,
}

impl Demo {
    fn start(folder: &std::path::Path) -> Self {
        let server = Server::start(folder, &["serve", "--demo"], &[]);
        let token = server.log_in();
        let document = serde_json::from_str(masthead::openapi::text()).unwrap();
        let mut demo = Self { server, token, document, ids: HashMap::new() };
        let article = "articles/ferry-line-4-runs-through-the-night";
        for (name, list) in [("creative", "ads/creatives"), ("image", "images"), ("id", &format!("{article}/comments"))] {
            demo.find(name, list, "");
        }
        demo
    }

    /// Records the id of the first item of a list that contains this text.
    fn find(&mut self, name: &'static str, list: &str, text: &str) {
        let (status, page) = self.server.send("GET", list, &self.token, &Value::Null);
        assert_eq!(status, 200, "{list}: {page}");
        let found = page["data"].as_array().unwrap().iter().find(|item| item.to_string().contains(text));
        let id = found.and_then(|item| item["id"].as_str()).unwrap_or_else(|| panic!("{list} has nothing with {text:?}: {page}"));
        self.ids.insert(name, id.to_owned());
    }

    fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().iter().filter(|(method, _)| METHODS.contains(&method.as_str()));
                methods.map(move |(method, item)| Operation { method, path, item })
            })
            .collect()
    }

    /// Returns the path with its parameters, if there is a resource for each.
    fn path(&self, operation: &Operation<'_>) -> Option<String> {
        let mut path = operation.path.to_owned();
        for parameter in operation.parameters("path") {
            let name = parameter["name"].as_str().unwrap();
            let value = parameter["example"].as_str().or_else(|| self.ids.get(name).map(String::as_str))?;
            path = path.replace(&format!("{{{name}}}"), value);
        }
        Some(path)
    }

    /// Sends an operation with its example; returns an error if the response is not as expected.
    fn send(&self, operation: &Operation<'_>, more: &[&str]) -> Option<String> {
        let path = self.path(operation)?;
        let (media_type, example) = operation.example()?;
        let Some(mut query) = operation.query(false) else {
            return Some(format!("{}: a required parameter has no example", operation.id()));
        };
        query.extend(more.iter().map(|&more| more.to_owned()));
        let path = format!("{path}?{}", query.join("&"));
        let readers = operation.item["security"] == serde_json::json!([]) || OF_READERS.contains(&operation.id());
        let token = if readers { "" } else { &self.token };
        let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        let (status, answer) = self.server.send_text(&operation.method.to_uppercase(), &path, token, media_type, &text);
        (status >= 300).then(|| format!("{} {path} ({}): {status} {answer}", operation.method, operation.id()))
    }
}

impl<'a> Operation<'a> {
    fn id(&self) -> &str {
        self.item["operationId"].as_str().unwrap()
    }

    fn parameters(&self, place: &str) -> Vec<&'a Value> {
        let all = self.item["parameters"].as_array().into_iter().flatten();
        all.filter(|parameter| parameter["in"] == place).collect()
    }

    /// Returns the query string with required parameters and, if requested, all defaults; `None` if a required one has no example.
    fn query(&self, defaults: bool) -> Option<Vec<String>> {
        let mut query = Vec::new();
        for parameter in self.parameters("query") {
            let example = parameter.get("example").or_else(|| parameter.pointer("/schema/example"));
            let default = parameter.pointer("/schema/default").filter(|_| defaults);
            let value = default.or(example.filter(|_| parameter["required"] == true));
            let text = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace(' ', "%20"));
            match text {
                Some(text) => query.push(format!("{}={text}", parameter["name"].as_str().unwrap())),
                None if parameter["required"] == true => return None,
                None => {}
            }
        }
        Some(query)
    }

    /// Returns the example of the request body, unless it needs other data.
    fn example(&self) -> Option<(&'a str, &'a Value)> {
        let (media_type, media) = self.item["requestBody"]["content"].as_object()?.iter().next()?;
        Some((media_type, media.get("example")?))
    }

    fn takes_dry_runs(&self) -> bool {
        self.parameters("query").iter().any(|parameter| parameter["name"] == "dry_run")
    }
}

#[test]
fn every_example_and_default_works_with_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path());
    let mut faults = Vec::new();
    let mut read = 0;
    for operation in demo.operations().iter().filter(|operation| operation.method == "get") {
        let (Some(path), Some(query)) = (demo.path(operation), operation.query(true)) else { continue };
        let path = format!("{path}?{}", query.join("&"));
        let (status, answer) = demo.server.send("GET", &path, &demo.token, &Value::Null);
        read += 1;
        // Names of files are hashes, which no example can contain.
        if status == 400 || (status == 404 && !path.starts_with("/media/")) {
            faults.push(format!("get {path}: {status} {answer}"));
        }
    }
    // In a dry run, each request is the first one on a new demo.
    let tried: Vec<Operation<'_>> = demo.operations().into_iter().filter(Operation::takes_dry_runs).collect();
    faults.extend(tried.iter().filter_map(|operation| demo.send(operation, &["dry_run=true"])));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // Without dry runs, requests affect each other; those that need resources of others are sent last.
    let (mut sent, mut late) = (0, Vec::new());
    for operation in demo.operations().iter().filter(|operation| operation.example().is_some()) {
        if demo.path(operation).is_none() {
            late.push(operation.id().to_owned());
        } else {
            faults.extend(demo.send(operation, &[]));
            sent += 1;
        }
    }
    demo.find("redirect", "redirects", "old-tram");
    demo.find("user", "users", "noor@example.org");
    for operation in demo.operations().iter().filter(|operation| late.iter().any(|id| id == operation.id())) {
        faults.extend(
            demo.send(operation, &[]).or_else(|| demo.path(operation).is_none().then(|| format!("nothing for {}", operation.id()))),
        );
        sent += 1;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(read >= 60 && sent >= 55, "{read} read and {sent} sent are too few to prove anything");
}
