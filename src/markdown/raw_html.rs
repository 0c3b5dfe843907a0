//! Reads the tags of raw HTML in one pass, as a browser's tokeniser does, to predict what the sanitiser will do.

use super::sanitise;

/// A tag. A declaration or a processing instruction has the name `!`.
pub(super) struct RawTag<'h> {
    /// The name in lower case.
    pub(super) name: String,
    pub(super) is_end: bool,
    /// The attributes: names in lower case, values as written.
    pub(super) attributes: Vec<(String, &'h str)>,
}

/// Iterates over the tags of a piece of HTML. Skips comments and the content of elements that are removed with their content.
pub(super) struct RawHtml<'h> {
    rest: &'h str,
    /// Whether a tag, a comment or an element that is removed with its content is still open at the end.
    pub(super) is_open: bool,
}

impl<'h> RawHtml<'h> {
    pub(super) fn of(html: &'h str) -> Self {
        Self { rest: html, is_open: false }
    }

    /// Continues after `end`, or stops at the end of the text.
    fn skip(&mut self, end: &str) {
        if let Some((_, after)) = self.rest.split_once(end) {
            self.rest = after;
        } else {
            self.rest = "";
            self.is_open = true;
        }
    }

    /// Reads a tag from its name on.
    fn tag(&mut self, is_end: bool) -> Option<RawTag<'h>> {
        let length = self.rest.find(|letter: char| letter.is_ascii_whitespace() || matches!(letter, '/' | '>'));
        let Some(length) = length else {
            self.skip(">");
            return None;
        };
        let (name, rest) = self.rest.split_at(length);
        self.rest = rest;
        let name = name.to_ascii_lowercase();
        let mut attributes = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
            if let Some(after) = self.rest.strip_prefix('>') {
                self.rest = after;
                break;
            }
            if self.rest.is_empty() {
                self.is_open = true;
                return None;
            }
            attributes.extend(self.attribute());
        }
        if !is_end && sanitise::goes_with_content(&name) {
            self.skip_content(&name);
        }
        Some(RawTag { name, is_end, attributes })
    }

    fn attribute(&mut self) -> Option<(String, &'h str)> {
        // A leading `=` belongs to the name.
        let length = self.rest.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_whitespace() || matches!(letter, '/' | '>' | '='));
        let (name, rest) = self.rest.split_at(length.map_or(self.rest.len(), |(index, _)| index));
        let Some(value) = rest.trim_ascii_start().strip_prefix('=') else {
            self.rest = rest;
            return Some((name.to_ascii_lowercase(), ""));
        };
        let value = value.trim_ascii_start();
        let quote = value.chars().next().filter(|letter| matches!(letter, '"' | '\''));
        let parted = match quote {
            Some(quote) => value.get(1..).and_then(|value| value.split_once(quote)),
            None => value.find(|letter: char| letter.is_ascii_whitespace() || letter == '>').map(|length| value.split_at(length)),
        };
        let Some((value, rest)) = parted else {
            self.rest = "";
            return None;
        };
        self.rest = rest;
        Some((name.to_ascii_lowercase(), value))
    }

    /// Continues after the end tag of an element that is removed with its content.
    fn skip_content(&mut self, name: &str) {
        let mut rest = self.rest;
        while let Some((_, after)) = rest.split_once("</") {
            if after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
                self.rest = after;
                return self.skip(">");
            }
            rest = after;
        }
        self.rest = "";
        self.is_open = true;
    }
}

impl<'h> Iterator for RawHtml<'h> {
    type Item = RawTag<'h>;

    fn next(&mut self) -> Option<RawTag<'h>> {
        loop {
            let (_, after) = self.rest.split_once('<')?;
            self.rest = after;
            if let Some(comment) = after.strip_prefix("!--") {
                self.rest = comment;
                if let Some(after) = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->")) {
                    self.rest = after;
                } else {
                    self.skip("-->");
                }
            } else if after.starts_with(['!', '?']) {
                self.skip(">");
                return Some(RawTag { name: "!".to_owned(), is_end: false, attributes: Vec::new() });
            } else if let Some(end) = after.strip_prefix('/').filter(|end| end.starts_with(|letter: char| letter.is_ascii_alphabetic())) {
                self.rest = end;
                if let Some(tag) = self.tag(true) {
                    return Some(tag);
                }
            } else if after.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && let Some(tag) = self.tag(false)
            {
                return Some(tag);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RawHtml;

    fn tags(html: &str) -> (String, bool) {
        let mut raw = RawHtml::of(html);
        let mut out = String::new();
        for tag in raw.by_ref() {
            out.push_str(if tag.is_end { "/" } else { "" });
            out.push_str(&tag.name);
            for (name, value) in tag.attributes {
                out.extend([" ", &name, "=", value]);
            }
            out.push(';');
        }
        (out, raw.is_open)
    }

    #[test]
    fn tags_are_read_as_browsers_read_them() {
        for (html, expected, is_open) in [
            ("a < b <DIV Class=x id='a>b'>c</div >", "div class=x id=a>b;/div;", false),
            ("<a href=\"x\"title=y/>", "a href=x title=y/;", false),
            ("<!-- <div> --><p>", "p;", false),
            ("<!--><p>", "p;", false),
            ("<script>\"<div>\"</scr</SCRIPT ><p>", "script;p;", false),
            ("<?php <b> ?><!doctype html>", "!;!;", false),
            ("<div title=\"<b>\" =x open>", "div title=<b> =x= open=;", false),
            ("<svg><p>", "svg;", true),
            ("<!-- <p>", "", true),
            ("<p title=\"", "", true),
            ("<p", "", true),
        ] {
            assert_eq!(tags(html), (expected.to_owned(), is_open), "{html}");
        }
    }
}
