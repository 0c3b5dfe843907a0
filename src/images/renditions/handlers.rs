//! Renditions over HTTP: which one is asked for, and how long it may be kept.

use actix_web::{HttpResponse, get, web};
use serde_json::json;

use super::ladder::{Cut, Format, Original, Preset};
use super::making::{original, serve, serve_best};
use crate::error::{Code, Error, Result};
use crate::http::{FileContent, Keeping, Mount, Request, StoredFile, stored_file};

/// Mounts the files.
pub(in crate::images) fn routes(mount: &mut impl Mount) {
    mount.service(read_rendition).service(read_crop);
}

/// Returns a picture at a width of the ladder.
///
/// Named by a width and a format: `640.webp`. Widths are those of 160, 320, 480, 640, 960, 1280, 1920 and 2560 pixels that
/// are less than the picture's own, and its own where that is 2560 at most, except those at which it would have more than 16
/// million pixels or be more than 16,383 high; any other is `404`, which names them as `ladder`. Formats are `jpg` (white
/// where something shows through), `png`, `webp` (what moves moves, up to 60 million pixels in all frames), `avif`, and
/// `auto`, the best one that `Accept` names: AVIF where there is one, WebP, else PNG for what is transparent and JPEG for
/// the rest. Colours are sRGB; nothing that the camera knew is in it.
///
/// It is made when it is first asked for, which takes a moment, and kept; after that caches may keep it for ever. Another
/// version of Masthead may make other bytes of the same picture, which look the same. AVIF takes longer: until it
/// has been made, WebP is sent in its place, to be kept for a minute.
/// Where too many wait for theirs, or it takes longer than a request may (`REQUEST_SECONDS`), the answer is `503` with
/// `Retry-After`; what was begun is finished meanwhile.
#[utoipa::path(tag = "Images", params(
        ("image" = String, Path, description = "Id.", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42"),
        ("rendition" = String, Path, description = "The width in pixels and the format: `jpg`, `png`, `webp`, `avif` or `auto`.",
            example = "640.webp"),
        ("Accept" = Option<String>, Header, description = "For `auto`: the formats that are understood, such as `image/avif,image/webp`."),
        ("Range" = Option<String>, Header, description = "The range that is wanted, such as `bytes=0-1023`."),
        ("If-Range" = Option<String>, Header,
            description = "The entity tag that the range is meant for; of another file the whole is sent."),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags that the client has; `304` when the file has one of them.")),
    responses(
        (status = 200, description = "The file.", content((FileContent = "image/jpeg"), (FileContent = "image/png"),
            (FileContent = "image/webp"), (FileContent = "image/avif"))),
        (status = 206, description = "The range.", content((FileContent = "image/jpeg"), (FileContent = "image/png"),
            (FileContent = "image/webp"), (FileContent = "image/avif")),
            headers(("Content-Range" = String, description = "Which bytes of how many."))),
        (status = 304, description = "The client has this file already."),
        (status = 416, body = ref("#/components/schemas/Problem"), content_type = "application/problem+json",
            description = "The file has no such range. Codes: `range_not_satisfiable`.")))]
#[get("/media/{image}/{rendition}")]
async fn read_rendition(request: Request, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (image, rendition) = path.into_inner();
    answer(&request, &image, None, &rendition).await
}

/// Returns a picture cropped to a shape, at a width of the ladder.
///
/// As large a part as there is of the shape `square`, `4x3`, `16x9` or `og` (1200 to 630), the focal point as near to its
/// middle as can be. Widths, formats and making are those of uncropped ones; the picture's own width is that of the crop.
///
/// `v` stands for the focal point and is part of the addresses in `crops`, so that they change when it moves. With the
/// present one, caches may keep the file for ever; with another, or none, the present crop is sent, to be kept for a minute.
#[utoipa::path(tag = "Images", params(
        ("image" = String, Path, description = "Id.", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42"),
        ("preset" = String, Path, description = "The shape: `square`, `4x3`, `16x9` or `og`.", example = "16x9"),
        ("rendition" = String, Path, description = "The width in pixels and the format: `jpg`, `png`, `webp`, `avif` or `auto`.",
            example = "640.webp"),
        ("v" = Option<String>, Query, description = "The focal point, as the addresses in `crops` have it.", example = "4f21c0"),
        ("Accept" = Option<String>, Header, description = "For `auto`: the formats that are understood, such as `image/avif,image/webp`."),
        ("Range" = Option<String>, Header, description = "The range that is wanted, such as `bytes=0-1023`."),
        ("If-Range" = Option<String>, Header,
            description = "The entity tag that the range is meant for; of another file the whole is sent."),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags that the client has; `304` when the file has one of them.")),
    responses(
        (status = 200, description = "The file.", content((FileContent = "image/jpeg"), (FileContent = "image/png"),
            (FileContent = "image/webp"), (FileContent = "image/avif"))),
        (status = 206, description = "The range.", content((FileContent = "image/jpeg"), (FileContent = "image/png"),
            (FileContent = "image/webp"), (FileContent = "image/avif")),
            headers(("Content-Range" = String, description = "Which bytes of how many."))),
        (status = 304, description = "The client has this file already."),
        (status = 416, body = ref("#/components/schemas/Problem"), content_type = "application/problem+json",
            description = "The file has no such range. Codes: `range_not_satisfiable`.")))]
#[get("/media/{image}/{preset}/{rendition}")]
async fn read_crop(request: Request, path: web::Path<(String, String, String)>) -> Result<HttpResponse> {
    let (image, preset, rendition) = path.into_inner();
    let preset = Preset::parse(&preset).ok_or_else(unknown_preset)?;
    answer(&request, &image, Some(preset), &rendition).await
}

/// What a name asks for: a format, or the best.
#[derive(Clone, Copy)]
enum Asked {
    Format(Format),
    Best,
}

async fn answer(request: &Request, image: &str, preset: Option<Preset>, name: &str) -> Result<HttpResponse> {
    let original = original(&request.app, image).await?;
    let (cut, asked) = asked(&original, preset, name).ok_or_else(|| off_the_ladder(&original, preset))?;
    let mut query = request.query();
    let current = preset.is_none() || query.text("v").is_some_and(|version| version == original.crop_version());
    query.finish()?;
    let app = &request.app;
    let served = match asked {
        Asked::Format(format) => serve(app, &original, cut, format).await?,
        Asked::Best => serve_best(app, &original, cut, |format| accepts(request.header("accept"), format.mime())).await?,
    };
    let file = StoredFile {
        name: &served.name,
        tag: &format!("{:032x}", xxhash_rust::xxh3::xxh3_128(served.name.as_bytes())),
        mime: served.format.mime(),
        size: Some(served.bytes),
        keeping: if served.lasting && current { Keeping::ForEver } else { Keeping::AMinute },
        vary: matches!(asked, Asked::Best).then_some("Accept"),
    };
    stored_file(request, &file).await
}

/// What the name of a rendition asks for; none where there is no such rendition of this picture.
fn asked(original: &Original, preset: Option<Preset>, name: &str) -> Option<(Cut, Asked)> {
    let (width, extension) = name.split_once('.')?;
    let asked = if extension == "auto" { Asked::Best } else { Asked::Format(Format::parse(extension)?) };
    let width = original.rungs(preset).into_iter().find(|rung| rung.to_string() == width)?;
    Some((Cut { preset, width }, asked))
}

/// Whether a media type is named as one that is understood (RFC 9110, section 12.5.1). Browsers send `*/*` for all that they
/// can show and all that they can't, so that only a type's own name counts.
fn accepts(header: Option<&str>, mime: &str) -> bool {
    header.unwrap_or_default().split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(mime));
        let refused = |part: &str| {
            let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            weight.is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
        };
        named && !parts.any(refused)
    })
}

fn unknown_preset() -> Error {
    Error::new(Code::NotFound, "Pictures are cropped to these shapes: square, 4x3, 16x9, og.").with("presets", json!(Preset::WORDS))
}

fn off_the_ladder(original: &Original, preset: Option<Preset>) -> Error {
    let ladder = original.rungs(preset);
    let names: Vec<String> = ladder.iter().map(u32::to_string).collect();
    let detail = format!("There are these widths of this picture, each as jpg, png, webp, avif and auto: {}.", names.join(", "));
    Error::new(Code::NotFound, detail).with("ladder", json!(ladder)).with("formats", json!(["jpg", "png", "webp", "avif", "auto"]))
}
