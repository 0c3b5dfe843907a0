//! HTTP handlers for renditions.

use actix_web::{HttpResponse, get, web};
use serde_json::json;

use super::ladder::{Cut, Format, Original, Preset};
use super::making::{original, serve, serve_best};
use crate::error::{Code, Error, Result};
use crate::http::{FileContent, Keeping, Mount, Request, StoredFile, stored_file};

/// Mounts the operations that serve renditions.
pub(in crate::images) fn routes(mount: &mut impl Mount) {
    mount.service(read_rendition).service(read_crop);
}

/// Download a rendition of an image
///
/// The path names a width and a format, such as `640.webp`. The available widths are 160, 320, 480, 640, 960, 1280, 1920 and 2560
/// pixels, as far as they are less than the image's own width, and the image's own width if it is at most 2560. Widths at which the
/// rendition would have more than 16 million pixels or be more than 16,383 pixels high are left out. Any other width gets `404`,
/// with the available widths in `ladder`.
///
/// The formats are `jpg` (transparent pixels become white), `png`, `webp`, `avif`, and `auto`. WebP is animated if the image is
/// animated and all frames of the rendition together have at most 60 million pixels. `auto` selects the best format that `Accept`
/// names: AVIF if it exists, otherwise WebP. If neither is possible, images with transparency are PNG, and all others are JPEG.
/// Colours are sRGB, and no camera data is included.
///
/// The first request makes and stores the rendition, which takes a moment; caches may keep it forever. Another version of Masthead
/// may produce different bytes that look the same. AVIF takes longer: until it has been made, the response is WebP, which caches
/// may keep for a minute. If too many renditions are waiting, the response is `503` with `Retry-After`. If the rendition takes
/// longer than a request may (`REQUEST_SECONDS`), the response is the same, but the rendition is finished in the meantime.
#[utoipa::path(
    tag = "Images",
    params(
        ("image" = String, Path, description = "The id of the image.", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42"),
        (
            "rendition" = String,
            Path,
            description = "The width in pixels and the format: `jpg`, `png`, `webp`, `avif` or `auto`.",
            example = "640.webp",
        ),
        ("Accept" = Option<String>, Header, description = "For `auto`: the accepted formats, such as `image/avif,image/webp`."),
        ("Range" = Option<String>, Header, description = "The requested byte range, such as `bytes=0-1023`."),
        (
            "If-Range" = Option<String>,
            Header,
            description = "The entity tag that the client knows for the file. If the file has another one, the whole file is sent.",
        ),
        (
            "If-None-Match" = Option<String>,
            Header,
            description = "Entity tags of cached copies; the response is `304` if one of them matches.",
        ),
    ),
    responses(
        (
            status = 200,
            description = "The file.",
            content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "image/webp"), (FileContent = "image/avif")),
        ),
        (
            status = 206,
            description = "The requested range.",
            content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "image/webp"), (FileContent = "image/avif")),
            headers(("Content-Range" = String, description = "The range and the total size in bytes.")),
        ),
        (status = 304, description = "The cached copy is up to date."),
        (
            status = 416,
            body = ref("#/components/schemas/Problem"),
            content_type = "application/problem+json",
            description = "The file has no such range. Codes: `range_not_satisfiable`.",
        ),
    ),
)]
#[get("/media/{image}/{rendition}")]
async fn read_rendition(request: Request, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (image, rendition) = path.into_inner();
    answer(&request, &image, None, &rendition).await
}

/// Download a crop of an image
///
/// The crop is the largest part of the image with the shape `square`, `4x3`, `16x9` or `og` (1200 by 630), centred on the focal point as
/// far as possible. Widths and formats are those of uncropped renditions, with the width of the crop in place of the image's own.
///
/// `v` identifies the focal point and is part of the URLs in `crops`, so that they change when the focal point does. With the current
/// value, caches may keep the file forever. With another value, or without it, the response is the current crop, which caches may keep for
/// a minute.
#[utoipa::path(
    tag = "Images",
    params(
        ("image" = String, Path, description = "The id of the image.", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42"),
        ("preset" = String, Path, description = "The shape: `square`, `4x3`, `16x9` or `og`.", example = "16x9"),
        (
            "rendition" = String,
            Path,
            description = "The width in pixels and the format: `jpg`, `png`, `webp`, `avif` or `auto`.",
            example = "640.webp",
        ),
        ("v" = Option<String>, Query, description = "The version of the focal point, as in the URLs in `crops`.", example = "4f21c0"),
        ("Accept" = Option<String>, Header, description = "For `auto`: the accepted formats, such as `image/avif,image/webp`."),
        ("Range" = Option<String>, Header, description = "The requested byte range, such as `bytes=0-1023`."),
        (
            "If-Range" = Option<String>,
            Header,
            description = "The entity tag that the client knows for the file. If the file has another one, the whole file is sent.",
        ),
        (
            "If-None-Match" = Option<String>,
            Header,
            description = "Entity tags of cached copies; the response is `304` if one of them matches.",
        ),
    ),
    responses(
        (
            status = 200,
            description = "The file.",
            content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "image/webp"), (FileContent = "image/avif")),
        ),
        (
            status = 206,
            description = "The requested range.",
            content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "image/webp"), (FileContent = "image/avif")),
            headers(("Content-Range" = String, description = "The range and the total size in bytes.")),
        ),
        (status = 304, description = "The cached copy is up to date."),
        (
            status = 416,
            body = ref("#/components/schemas/Problem"),
            content_type = "application/problem+json",
            description = "The file has no such range. Codes: `range_not_satisfiable`.",
        ),
    ),
)]
#[get("/media/{image}/{preset}/{rendition}")]
async fn read_crop(request: Request, path: web::Path<(String, String, String)>) -> Result<HttpResponse> {
    let (image, preset, rendition) = path.into_inner();
    let preset = Preset::parse(&preset).ok_or_else(unknown_preset)?;
    answer(&request, &image, Some(preset), &rendition).await
}

/// The requested format: a certain one, or the best.
#[derive(Clone, Copy)]
enum RequestedFormat {
    Format(Format),
    Best,
}

async fn answer(request: &Request, image: &str, preset: Option<Preset>, name: &str) -> Result<HttpResponse> {
    let original = original(&request.app, image).await?;
    let (cut, requested) = parse_name(&original, preset, name).ok_or_else(|| off_the_ladder(&original, preset))?;
    let mut query = request.query();
    let current = preset.is_none() || query.text("v").is_some_and(|version| version == original.crop_version());
    query.finish()?;
    let app = &request.app;
    let served = match requested {
        RequestedFormat::Format(format) => serve(app, &original, cut, format).await?,
        RequestedFormat::Best => serve_best(app, &original, cut, |format| accepts(request.header("accept"), format.mime())).await?,
    };
    let file = StoredFile {
        name: &served.name,
        tag: &format!("{:032x}", xxhash_rust::xxh3::xxh3_128(served.name.as_bytes())),
        mime: served.format.mime(),
        size: Some(served.bytes),
        keeping: if served.lasting && current { Keeping::ForEver } else { Keeping::AMinute },
        vary: matches!(requested, RequestedFormat::Best).then_some("Accept"),
    };
    stored_file(request, &file).await
}

/// Parses the name of a rendition; `None` if this image has no such rendition.
fn parse_name(original: &Original, preset: Option<Preset>, name: &str) -> Option<(Cut, RequestedFormat)> {
    let (width, extension) = name.split_once('.')?;
    let requested = if extension == "auto" { RequestedFormat::Best } else { RequestedFormat::Format(Format::parse(extension)?) };
    let width = original.widths(preset).into_iter().find(|available| available.to_string() == width)?;
    Some((Cut { preset, width }, requested))
}

/// Whether `Accept` names a media type (RFC 9110, section 12.5.1). Wildcards do not count, because browsers send `*/*` regardless of the
/// formats that they support.
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
    Error::new(Code::NotFound, "The available crops are square, 4x3, 16x9 and og.").with("presets", json!(Preset::WORDS))
}

fn off_the_ladder(original: &Original, preset: Option<Preset>) -> Error {
    let ladder = original.widths(preset);
    let names: Vec<String> = ladder.iter().map(u32::to_string).collect();
    let detail = format!("This image is available as jpg, png, webp, avif and auto in these widths: {}.", names.join(", "));
    Error::new(Code::NotFound, detail).with("ladder", json!(ladder)).with("formats", json!(["jpg", "png", "webp", "avif", "auto"]))
}
