//! The methods of each path, mounted like the operations themselves, so that 404, 405 and OPTIONS always agree with them.

use std::collections::HashSet;

use actix_web::dev::HttpServiceFactory;
use utoipa::openapi::HttpMethod;
use utoipa_actix_web::OpenApiFactory;

use super::mount::Mount;

/// The order in which methods are listed.
const ORDER: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The segments of a path: a fixed text, or `None` for a parameter.
type Pattern = Vec<Option<String>>;

/// The methods of every path.
#[derive(Default)]
pub(crate) struct Methods {
    prefix: &'static str,
    paths: Vec<(Pattern, Vec<&'static str>, String)>,
    /// The operations with a request body, by template and method.
    with_body: HashSet<(String, &'static str)>,
}

impl Methods {
    /// Returns the methods of a path, including `HEAD` and `OPTIONS`, and its template; `None` if the path is unknown.
    pub(crate) fn at(&self, path: &str) -> Option<(&[&'static str], &str)> {
        let segments: Vec<&str> = path.split('/').collect();
        let fits = |pattern: &Pattern| {
            pattern.len() == segments.len()
                && pattern.iter().zip(&segments).all(|(expected, given)| expected.as_ref().map_or(!given.is_empty(), |text| text == given))
        };
        // A fixed segment has precedence over a parameter: `/users/invitations` is not the user `invitations`.
        let fixed = |pattern: &Pattern| pattern.iter().filter(|segment| segment.is_some()).count();
        self.paths
            .iter()
            .filter(|(pattern, ..)| fits(pattern))
            .max_by_key(|(pattern, ..)| fixed(pattern))
            .map(|(_, methods, path)| (methods.as_slice(), path.as_str()))
    }

    /// Returns whether an operation has a request body.
    pub(crate) fn has_body(&self, template: &str, method: &str) -> bool {
        self.with_body.iter().any(|(path, known)| path == template && *known == method)
    }

    fn add(&mut self, path: String, method: &'static str) {
        let index = self.paths.iter().position(|(.., known)| *known == path).unwrap_or_else(|| {
            self.paths.push((pattern(&path), vec!["OPTIONS"], path));
            self.paths.len() - 1
        });
        let Some((_, methods, _)) = self.paths.get_mut(index) else { return };
        methods.push(method);
        if method == "GET" {
            methods.push("HEAD");
        }
        methods.sort_by_key(|method| ORDER.iter().position(|one| one == method));
    }
}

impl Mount for Methods {
    fn service<O>(&mut self, _operation: O) -> &mut Self
    where
        O: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static,
    {
        let has_body = O::operation().request_body.is_some();
        for method in O::methods() {
            let path = format!("{}{}", self.prefix, O::path());
            if has_body {
                self.with_body.insert((path.clone(), name(&method)));
            }
            self.add(path, name(&method));
        }
        self
    }

    fn below(&mut self, prefix: &'static str, routes: impl FnOnce(&mut Self)) -> &mut Self {
        let above = std::mem::replace(&mut self.prefix, prefix);
        routes(self);
        self.prefix = above;
        self
    }
}

fn pattern(path: &str) -> Pattern {
    path.split('/').map(|segment| (!segment.starts_with('{')).then(|| segment.to_owned())).collect()
}

fn name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Head => "HEAD",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Trace => "TRACE",
    }
}
