//! Metadata in image files: the time when the photo was taken.

use serde_json::{Value, json};

use crate::support::{Part, World, jpeg, media_test};

media_test!(know_when_they_were_taken, async |world| {
    let editor = world.editor();
    let taken = async |file: &[u8], more: &[Part]| {
        let parts = [&[Part::file("IMG_1.jpg", file)], more].concat();
        let made = editor.upload("images", &parts).await.expect(201);
        (made.id(), made.at("/taken_at").clone())
    };
    let plain = jpeg(64, 48, 1);
    let camera = with_segments(&plain, &[(0xe1, &exif_date("2026:03:14 09:26:53", "+01:00"))]);
    assert_eq!(taken(&camera, &[]).await.1, json!("2026-03-14T08:26:53.000Z"));
    let zoneless = with_segments(&plain, &[(0xe1, &exif_date("2026:03:14 09:26:53", "      "))]);
    assert_eq!(taken(&zoneless, &[]).await.1, json!("2026-03-14T09:26:53.000Z"));
    // IPTC data of an agency takes precedence over the camera's.
    let agency = with_segments(&camera, &[(0xed, &iptc_date("20260313", Some("184500-0500")))]);
    assert_eq!(taken(&agency, &[]).await.1, json!("2026-03-13T23:45:00.000Z"));
    let day = with_segments(&plain, &[(0xed, &iptc_date("20260313", None))]);
    assert_eq!(taken(&day, &[]).await.1, json!("2026-03-13T00:00:00.000Z"));
    for noise in ["    :  :     :  :  ", "2026:13:99 99:99:99"] {
        let file = with_segments(&plain, &[(0xe1, &exif_date(noise, "+01:00"))]);
        assert_eq!(taken(&file, &[]).await.1, Value::Null, "{noise}");
    }
    // The client's value takes precedence, and can be removed.
    let (id, said) = taken(&camera, &[Part::text("taken_at", "2020-01-02T03:04:05Z")]).await;
    assert_eq!(said, json!("2020-01-02T03:04:05.000Z"));
    let path = format!("images/{id}");
    assert_eq!(editor.patch(&path, json!({"taken_at": null})).await.expect(200).at("/taken_at"), &Value::Null);
    editor.patch(&path, json!({"taken_at": "yesterday"})).await.expect(422).expect_faults(&[("/taken_at", "invalid_format")]);
    world.published(json!({"title": "Pictured", "hero_image": id})).await;
    let shown = world.anonymous().get("articles/pictured").await.expect(200);
    assert_eq!((shown.at("/hero_image/id"), shown.json().pointer("/hero_image/taken_at")), (&json!(id), None), "it is for the desk");
});

/// Returns a JPEG with further segments after its first marker.
pub(crate) fn with_segments(jpeg: &[u8], segments: &[(u8, &[u8])]) -> Vec<u8> {
    let segment = |(marker, content): &(u8, &[u8])| {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, *marker], length.as_slice(), content].concat()
    };
    let segments: Vec<_> = segments.iter().map(segment).collect();
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

/// Returns Exif data with the time when the photo was taken.
fn exif_date(time: &str, offset: &str) -> Vec<u8> {
    [
        b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01".as_slice(),
        b"\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0\0\x02", // where the camera's own list is
        b"\x90\x03\0\x02\0\0\0\x14\0\0\0\x38",               // the time, behind this list
        b"\x90\x11\0\x02\0\0\0\x07\0\0\0\x4c\0\0\0\0",       // its zone, behind that
        time.as_bytes(),
        b"\0",
        offset.as_bytes(),
        b"\0",
    ]
    .concat()
}

/// Returns a Photoshop block with the date and time of creation (IPTC).
fn iptc_date(date: &str, time: Option<&str>) -> Vec<u8> {
    let record = |set: u8, text: &str| [&[0x1c, 2, set, 0, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let records = [record(55, date), time.map(|time| record(60, time)).unwrap_or_default()].concat();
    let length = u32::try_from(records.len()).unwrap().to_be_bytes();
    [b"Photoshop 3.0\08BIM\x04\x04\0\0".as_slice(), &length, &records].concat()
}
