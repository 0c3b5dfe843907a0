//! The examples of the document: sent unedited to a fresh demo newsroom, each works.

use std::collections::HashMap;

use serde_json::Value;

use crate::server::Server;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Operations that staff carry out in another way than readers, and whose example is a reader's.
const OF_READERS: [&str; 1] = ["create_comment"];

/// A running demo, and the document that it serves.
struct Demo {
    server: Server,
    token: String,
    document: Value,
    /// The ids that path parameters without an example stand for.
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

    /// Notes the id of the first item of a list that says this.
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

    /// The path with its parameters, as far as there is something of the kind.
    fn path(&self, operation: &Operation<'_>) -> Option<String> {
        let mut path = operation.path.to_owned();
        for parameter in operation.parameters("path") {
            let name = parameter["name"].as_str().unwrap();
            let value = parameter["example"].as_str().or_else(|| self.ids.get(name).map(String::as_str))?;
            path = path.replace(&format!("{{{name}}}"), value);
        }
        Some(path)
    }

    /// Sends an operation with its example; says what is wrong with the answer.
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

    /// The query string of required parameters and, if asked for, all defaults; nothing if a required one has no example.
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

    /// The body's example, if it does not say that it needs something.
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
        // The names of files are hashes, which no example can know.
        if status == 400 || (status == 404 && !path.starts_with("/media/")) {
            faults.push(format!("get {path}: {status} {answer}"));
        }
    }
    // As a dry run each is the first thing that happens to a fresh demo.
    let tried: Vec<Operation<'_>> = demo.operations().into_iter().filter(Operation::takes_dry_runs).collect();
    faults.extend(tried.iter().filter_map(|operation| demo.send(operation, &["dry_run=true"])));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // In earnest they stand beside each other, and those that need what others make come last.
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
