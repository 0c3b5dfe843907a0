//! A random walk of writes: the random numbers, the resources, and the actions.

use serde_json::{Value, json};

use crate::support::{Answer, Node, Part, Role, jpeg};

/// Pseudorandom numbers that are the same in every run (xorshift64*).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % sides
    }

    fn one<'a>(&mut self, of: &'a [String]) -> Option<&'a String> {
        if of.is_empty() { None } else { Some(&of[self.roll(of.len())]) }
    }
}

/// The resources so far.
#[derive(Default)]
pub(super) struct Things {
    articles: Vec<String>,
    authors: Vec<String>,
    sections: Vec<String>,
    tags: Vec<String>,
    images: Vec<String>,
    comments: Vec<String>,
    creative: String,
    /// All URLs that have ever existed.
    pub(super) addresses: Vec<String>,
}

pub(super) const LISTS: [&str; 33] = [
    "articles",
    "articles?include=body&limit=3",
    "articles?sort=title&count=true",
    "articles?sort=updated_at&fields=id,title,authors",
    "articles?featured=true",
    "articles?kind=page",
    "articles?sort=trending",
    "articles?sort=trending&window=1h&count=true",
    "authors",
    "authors?sort=article_count",
    "sections",
    "sections?sort=article_count&count=true",
    "tags",
    "tags?sort=article_count",
    "collections",
    "collections/front-page",
    "site",
    "/openapi.json",
    "/.well-known/jwks.json",
    "articles?locale=de",
    "articles?title[contains]=tram",
    "articles?section[exists]=false",
    "articles?section[under]=city",
    "articles?sort=-comments&limit=2",
    "articles?tag[ne]=trams&hero_image[exists]=true",
    "pages/home",
    "newsletter/lists",
    "/feeds/rss.xml",
    "/feeds/feed.json?content=full",
    "/feeds/atom.xml",
    "/sitemap.xml",
    "/sitemap-news.xml",
    "ads/in-article",
];

impl Things {
    pub(super) async fn begin(node: &Node) -> Self {
        let mut things = Self::default();
        for name in ["City", "Sport"] {
            things.sections.push(node.section(name).await);
        }
        for name in ["trams", "bridges", "weather"] {
            things.tags.push(node.tag(name).await);
        }
        for name in ["Ada Byron", "Mara Lind"] {
            things.authors.push(node.author_named(name).await);
        }
        for seed in 1..=2 {
            things.images.push(node.image_by(Role::Editor, seed).await);
        }
        let article = node.published(json!({"title": "Tram line 9 opens", "section": things.sections[0], "tags": [things.tags[0]],
            "authors": [things.authors[0]], "hero_image": things.images[0], "body": {"markdown": format!("Text.\n\n![A tram](image:{})\n", things.images[1])}}));
        things.articles.push(article.await);
        let item = json!({"key": "front-page", "title": "Front page", "items": [things.articles[0]]});
        node.editor().post("collections", item).await.expect(201);
        node.editor().post("ads/placements", json!({"key": "in-article", "label": "Advertisement"})).await.expect(201);
        let creative = json!({"placement": "in-article", "kind": "image", "image": things.images[1], "link": "https://shop.example/"});
        things.creative = node.editor().post("ads/creatives", creative).await.expect(201).id();
        things.addresses = LISTS.map(str::to_owned).to_vec();
        things
    }

    fn look_at(&mut self, address: String) {
        if !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
    }

    /// Adds the URLs of new resources.
    pub(super) fn notice(&mut self) {
        let one = |kind: &str, ids: &[String]| ids.iter().map(|id| format!("{kind}/{id}")).collect::<Vec<_>>();
        let mut found = [one("articles", &self.articles), one("authors", &self.authors), one("sections", &self.sections)].concat();
        found.extend([one("tags", &self.tags), one("images", &self.images)].concat());
        found.extend(self.articles.iter().flat_map(|id| [format!("articles/{id}/comments"), format!("articles/{id}/comments?sort=top")]));
        found.extend([one("pages/article", &self.articles), one("pages/section", &self.sections)].concat());
        found.extend([one("pages/author", &self.authors), one("pages/tag", &self.tags)].concat());
        found.extend(self.authors.iter().map(|id| format!("articles?author={id}")));
        found.extend(self.sections.iter().map(|id| format!("articles?section={id}")));
        found.extend(self.tags.iter().map(|id| format!("articles?tag={id}")));
        for address in found {
            self.look_at(address);
        }
    }
}

/// Performs one random action as some user, whatever the response is.
#[expect(clippy::too_many_lines, reason = "a table of acts")]
pub(super) async fn act(node: &Node, things: &mut Things, dice: &mut Dice, step: usize) -> String {
    let (admin, editor) = (node.admin(), node.editor());
    let article = dice.one(&things.articles).cloned().unwrap_or_default();
    let author = dice.one(&things.authors).cloned().unwrap_or_default();
    let section = dice.one(&things.sections).cloned().unwrap_or_default();
    let tag = dice.one(&things.tags).cloned().unwrap_or_default();
    let image = dice.one(&things.images).cloned().unwrap_or_default();
    let comment = dice.one(&things.comments).cloned().unwrap_or_default();
    let publish = if dice.roll(3) > 0 { "?publish=true" } else { "" };
    let path = format!("articles/{article}");
    let change = format!("{path}{publish}");
    let answer: Answer = match dice.roll(42) {
        0..=2 => {
            let locale = ["en", "de"][dice.roll(2)];
            let kind = ["article", "article", "page"][dice.roll(3)];
            let body = json!({"title": format!("Tram {step}"), "locale": locale, "kind": kind, "authors": [author], "section": section, "tags": [tag]});
            let made = editor.post(&format!("articles{publish}"), body).await;
            if made.status == 201 {
                things.articles.push(made.id());
                things.look_at(format!("articles/{}", made.text_at("/slug")));
            }
            made
        }
        3 => editor.patch(&change, json!({"title": format!("Title {step}"), "featured": step.is_multiple_of(2)})).await,
        4 => editor.patch(&change, json!({"slug": format!("slug-{step}")})).await,
        5 => editor.patch(&change, json!({"section": section})).await,
        6 => editor.patch(&change, json!({"tags": [tag, format!("new {step}")]})).await,
        7 => editor.patch(&change, json!({"authors": [author]})).await,
        8 => editor.patch(&change, json!({"hero_image": image, "comments_open": !step.is_multiple_of(3)})).await,
        9 => editor.patch(&change, json!({"body": {"markdown": format!("Step {step}.\n\n![x](image:{image})\n")}})).await,
        10 => editor.patch(&change, json!({"translation_of": dice.one(&things.articles), "locale": "de"})).await,
        11 => editor.delete(&format!("{path}/publication")).await,
        12 => editor.put(&format!("{path}/publication"), json!({"correction": format!("Wrong at {step}.")})).await,
        13 => {
            let at = Value::from("2100-01-01T00:00:00Z");
            editor.put(&format!("{path}/publication"), json!({"until": at})).await
        }
        14 if step.is_multiple_of(3) => editor.delete(&path).await,
        15 => editor.post(&format!("{path}/restore"), json!({})).await,
        16 if step.is_multiple_of(4) => admin.delete(&format!("{path}?permanent=true")).await,
        17 => editor.patch(&format!("authors/{author}"), json!({"name": format!("Name {step}"), "avatar": image})).await,
        18 if things.authors.len() > 1 => editor.delete(&format!("authors/{author}?reassign_to={}", things.authors[0])).await,
        19 => editor.patch(&format!("sections/{section}"), json!({"name": format!("Section {step}")})).await,
        20 => {
            let made = editor.post("sections", json!({"name": format!("Part {step}"), "parent": section})).await;
            things.sections.extend((made.status == 201).then(|| made.id()));
            made
        }
        21 if step.is_multiple_of(3) => editor.post(&format!("sections/{section}/merge"), json!({"into": things.sections[0]})).await,
        22 => editor.patch(&format!("tags/{tag}"), json!({"name": format!("Tag {step}")})).await,
        23 if step.is_multiple_of(3) => editor.post(&format!("tags/{tag}/merge"), json!({"into": things.tags[0]})).await,
        24 => editor.patch(&format!("images/{image}"), json!({"caption": format!("Caption {step}"), "credit": "Mara"})).await,
        25 => {
            let items: Vec<&String> = things.articles.iter().rev().take(1 + dice.roll(3)).collect();
            editor.put("collections/front-page", json!({"title": format!("Front {step}"), "items": items})).await
        }
        26 => {
            let mode = ["pre", "post", "trusted", "closed"][dice.roll(4)];
            admin
                .patch(
                    "site",
                    json!({"name": format!("Post {step}"), "comment_policy": {"mode": mode, "close_after_days": 1 + dice.roll(3)}}),
                )
                .await
        }
        27 => admin.patch("site", json!({"share_networks": ["x", "email"], "logo": image, "timezone": "Europe/Berlin"})).await,
        28 | 29 => {
            let text = json!({"author_name": "Guest", "author_email": if step.is_multiple_of(5) { "guest@private.example" } else { "other@private.example" }, "body": format!("Comment {step}"),
                "parent_id": step.is_multiple_of(2).then(|| comment.clone()).filter(|id| !id.is_empty())});
            let made = node.anonymous().post(&format!("{path}/comments"), text).await;
            if [201, 202].contains(&made.status) {
                things.look_at(format!("{path}/comments/{}/replies", made.id()));
                things.comments.push(made.id());
            }
            made
        }
        30 => {
            let status = ["approved", "approved", "rejected", "spam"][dice.roll(4)];
            node.moderator().patch(&format!("comments/{comment}"), json!({"status": status})).await
        }
        31 => {
            let made = editor.upload("images", &[Part::file("new.jpg", &jpeg(40, 30, u8::try_from(step % 200).unwrap()))]).await;
            things.images.push(made.id());
            made
        }
        32 => {
            let operations = json!([
                {"method": "PATCH", "path": format!("/api/v1/{change}"), "body": {"dek": format!("Dek {step}")}},
                {"method": "PATCH", "path": format!("/api/v1/tags/{tag}"), "body": {"name": format!("Batched {step}")}},
            ]);
            editor.with("idempotency-key", &format!("step-{step}")).post("batch", json!({"operations": operations})).await
        }
        33 => {
            let change =
                json!({"image": image, "active": dice.roll(2) == 0, "sections": if dice.roll(2) == 0 { vec![section] } else { vec![] }});
            editor.patch(&format!("ads/creatives/{}", things.creative), change).await
        }
        34 => editor.patch("ads/placements/in-article", json!({"label": format!("Label {step}")})).await,
        35 => editor.post("newsletter/lists", json!({"key": format!("list-{step}"), "name": format!("List {step}")})).await,
        36 | 37 => {
            let reader = node.anonymous().with("user-agent", &format!("Browser {}", dice.roll(3)));
            if dice.roll(3) > 0 {
                reader.put(&format!("comments/{comment}/vote"), json!({})).await
            } else {
                reader.delete(&format!("comments/{comment}/vote")).await
            }
        }
        38 if step.is_multiple_of(4) => {
            node.moderator().delete(&format!("comments/{comment}{}", ["", "", "?thread=true"][dice.roll(3)])).await
        }
        38 => node.moderator().patch(&format!("comments/{comment}"), json!({"pinned": dice.roll(3) > 0})).await,
        39 => {
            let ids: Vec<&String> = things.comments.iter().rev().take(1 + dice.roll(3)).collect();
            let status = ["approved", "approved", "rejected"][dice.roll(3)];
            node.moderator().post("comments/moderate", json!({"ids": ids, "status": status})).await
        }
        40 if step.is_multiple_of(3) => admin.post("comments/erasures", json!({"email": "guest@private.example"})).await,
        _ => {
            let schema = json!({"type": "object", "properties": {"step": {"const": step}}});
            admin.put("schemas/author", schema).await
        }
    };
    things.notice();
    format!("{} {}", answer.request, answer.status)
}
