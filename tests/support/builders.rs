//! Builders: short ways to create resources over HTTP.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::client::Part;
use super::world::{Node, Role};

impl Node {
    /// Creates a section; returns its id.
    pub(crate) async fn section(&self, name: &str) -> String {
        self.editor().post("sections", json!({"name": name})).await.expect(201).id()
    }

    /// Creates a tag; returns its id.
    pub(crate) async fn tag(&self, name: &str) -> String {
        self.editor().post("tags", json!({"name": name})).await.expect(201).id()
    }

    /// Creates an author; returns their id.
    pub(crate) async fn author_named(&self, name: &str) -> String {
        self.editor().post("authors", json!({"name": name})).await.expect(201).id()
    }

    /// Creates a draft as a role; returns its id.
    pub(crate) async fn draft_by(&self, role: Role, title: &str) -> String {
        self.draft_of(role, json!({"title": title, "body": {"markdown": "Some text."}})).await
    }

    /// Creates a draft with this content as a role; returns its id.
    pub(crate) async fn draft_of(&self, role: Role, body: Value) -> String {
        self.client(role).post("articles", body).await.expect(201).id()
    }

    /// Creates and publishes an article as a role; returns its id.
    pub(crate) async fn published_by(&self, role: Role, title: &str) -> String {
        let id = self.draft_by(role, title).await;
        self.publish(&id).await;
        id
    }

    /// Creates and publishes an article with this content; returns its id.
    pub(crate) async fn published(&self, body: Value) -> String {
        let id = self.draft_of(Role::Editor, body).await;
        self.publish(&id).await;
        id
    }

    /// Publishes an article.
    pub(crate) async fn publish(&self, id: &str) {
        self.admin().put(&format!("articles/{id}/publication"), json!({})).await.expect(200);
    }

    /// Uploads an image as a role, different for each seed; returns its id.
    pub(crate) async fn image_by(&self, role: Role, seed: u8) -> String {
        self.client(role).upload("images", &[Part::file("picture.jpg", &jpeg(64, 48, seed))]).await.expect(201).id()
    }

    /// Creates a guest's comment on a published article and approves it; returns its id.
    pub(crate) async fn comment(&self, article: &str, text: &str) -> String {
        let id = self.waiting_comment(article, text).await;
        self.moderator().patch(&format!("comments/{id}"), json!({"status": "approved"})).await.expect(200);
        id
    }

    /// Creates a guest's comment that waits for a moderator; returns its id.
    pub(crate) async fn waiting_comment(&self, article: &str, text: &str) -> String {
        let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": text});
        self.anonymous().post(&format!("articles/{article}/comments"), body).await.expect(202).id()
    }
}

/// Returns a small JPEG image.
pub(crate) fn jpeg(width: u32, height: u32, seed: u8) -> Vec<u8> {
    encoded(width, height, seed, ImageFormat::Jpeg)
}

/// Returns a small image in any format.
pub(crate) fn encoded(width: u32, height: u32, seed: u8, format: ImageFormat) -> Vec<u8> {
    let shade = |x: u32| u8::try_from(x % 256).unwrap_or_default();
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([shade(x * 3), shade(y * 5), seed]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("the picture can be encoded");
    bytes.into_inner()
}
