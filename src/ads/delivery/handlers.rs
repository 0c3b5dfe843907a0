//! HTTP handler for the ads that readers see.

use actix_web::{HttpResponse, get, web};

use super::operations::{self, Audience};
use super::view::AdPlaceView;
use crate::error::{Error, Result};
use crate::events::KindTag;
use crate::http::{Mount, Request, Selecting, Tags, public_selected};
use crate::input::{Kind, Selectable};

/// Mounts the route.
pub(in crate::ads) fn routes(mount: &mut impl Mount) {
    mount.service(read_ads);
}

/// Read the ads in a placement
///
/// Returns all creatives that match now. The response is the same for everyone and can be cached; front ends choose
/// one creative by weight and report its impression. Creatives for particular sections or languages are included only
/// if the query names one of them.
#[utoipa::path(
    tag = "Ads",
    params(
        (
            "section" = Option<String>,
            Query,
            description = "The section of the page, by id or slug.",
            max_length = 400,
            pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$",
        ),
        (
            "locale" = Option<String>,
            Query,
            description = "The language of the page, such as `de` or `de-AT`.",
            max_length = 400,
            pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$",
        ),
        Selecting<AdPlaceView>,
    ),
    responses((status = 200, body = AdPlaceView, description = "The placement with its creatives.")),
)]
#[get("/ads/{placement}")]
async fn read_ads(request: Request, key: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let section = query.key("section", Kind::Reference).map(|key| key.text());
    let locale = query.key("locale", Kind::Text).map(|key| key.text());
    let selection = query.selection(Selectable::of::<AdPlaceView>());
    query.finish()?;
    let read = move |app: &_, conn: &mut _| {
        let audience = Audience::from_query(conn, section.as_deref(), locale)?;
        operations::shown(app, conn, &key, &audience)
    };
    let (place, until) = request.read(read).await?.ok_or_else(Error::not_found)?;
    let mut tags = Tags::of(&[KindTag::Ads, KindTag::Sections]);
    for image in place.creatives.iter().filter_map(|creative| creative.image.as_ref()) {
        tags.add(image.id);
    }
    if let Some(until) = until {
        tags.hold_until(until);
    }
    public_selected(&request, &selection, &place, tags)
}
