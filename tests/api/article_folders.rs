//! Reads the sources of `src/articles` and checks the rules of docs/ARCHITECTURE.md for its folders: public code has no access to
//! working copies, and structs are taken over with all their members.

use crate::tidy::{Source, sources};

/// Returns the identifiers in a source, without comments and string literals.
fn names(source: &Source) -> Vec<String> {
    let code = source.code.join("\n").replace("'\"'", "' '").replace("\\\\", "").replace("\\\"", "");
    // Every second part is a string literal.
    let code: Vec<&str> = code.split('"').step_by(2).collect();
    let words = code.join(" ");
    words.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The folders and tables of `src/articles` that only editing code may use.
const OF_THE_DESK: [&str; 10] = [
    "desk",
    "publishing",
    "revisions",
    "previews",
    "handlers",
    "articles",
    "article_authors",
    "article_tags",
    "article_images",
    "article_texts",
];

#[test]
fn readers_have_no_way_to_a_working_copy() {
    let (public, content) = (sources("src/articles/public"), sources("src/articles/content"));
    let mut found = Vec::new();
    assert!(public.len() > 5 && content.len() > 5);
    for source in &public {
        // A folder mounts its own handlers.
        let own = |name: &str| name == "handlers" && source.path.starts_with("src/articles/public/trending/");
        let strangers = names(source).into_iter().filter(|name| OF_THE_DESK.contains(&name.as_str()) && !own(name));
        found.extend(strangers.map(|name| format!("{}: {name}", source.path)));
        for table in ["articles", "article_authors", "article_tags", "article_images", "article_texts", "revisions"] {
            let said = ["FROM", "JOIN", "INTO", "UPDATE"].map(|verb| format!("{verb} {table} "));
            let code = source.code.join(" ").replace(['"', '\\', ',', ')'], " ");
            found.extend(said.iter().filter(|said| code.contains(*said)).map(|said| format!("{}: {said}", source.path)));
        }
    }
    // Shared code uses neither copy; only the list of members names the tables.
    for source in content.iter().filter(|source| source.name() != "content.rs") {
        let strangers = names(source).into_iter().filter(|name| OF_THE_DESK.contains(&name.as_str()) || name == "public");
        found.extend(strangers.map(|name| format!("{}: {name}", source.path)));
    }
    assert!(found.is_empty(), "src/articles/public may name src/articles/content alone, and that neither copy:\n{}", found.join("\n"));
}

/// The folders of `src/articles`; each may use those before it.
const ORDER: [&str; 6] = ["content", "public", "desk", "publishing", "revisions", "previews"];

#[test]
fn folders_of_articles_stand_on_each_other_in_order() {
    let mut found = Vec::new();
    for (place, folder) in ORDER.iter().enumerate() {
        for source in sources(&format!("src/articles/{folder}")) {
            let later = ORDER[place + 1..]
                .iter()
                .chain(&["handlers"])
                .flat_map(|other| [format!("super::super::{other}::"), format!("super::super::{other};"), format!("articles::{other}::")]);
            found.extend(later.flat_map(|path| source.places(&path).collect::<Vec<_>>()));
        }
    }
    assert!(found.is_empty(), "each may name those before it, {ORDER:?}:\n{}", found.join("\n"));
}

#[test]
fn what_is_taken_over_is_taken_over_whole() {
    let whole = ["Content", "ArticleSnapshot", "Relations", "WorkingContent", "PublicContent", "ParsedArticle"];
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_a_test()) {
        let code = source.code.join("\n");
        for (place, _) in code.match_indices('{') {
            let name: String = code[..place].trim_end().chars().rev().take_while(|c| c.is_alphanumeric()).collect();
            let name: String = name.chars().rev().collect();
            let Some((inside, _)) = code[place..].split_once('}') else { continue };
            let is_content = name.ends_with("Draft") || whole.contains(&name.as_str());
            if is_content && inside.trim_end().trim_end_matches(',').ends_with("..") {
                let line = code[..place].lines().count();
                found.push(format!("{}:{line}: {name}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "name every member, so that the compiler names what is forgotten:\n{}", found.join("\n"));
}
