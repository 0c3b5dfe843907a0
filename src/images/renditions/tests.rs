//! Tests of widths, of crops around the focal point, and of renditions of rotated, animated and transparent images.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgba};
use tokio::runtime::Handle;

use super::super::container::Mime;
use super::super::image::Focal;
use super::super::samples;
use super::ladder::{Cut, Format, LADDER, Original, Preset, Region, Rendition, folder_of};
use super::render::{render, stored_region};
use super::workers::{ImageWorkers, Queue};
use crate::db::{Id, Timestamp};

fn original(mime: Mime, width: u32, height: u32) -> Original {
    let id = Id::new(Timestamp::from_millis(1_800_000_000_000));
    Original { id, sha256: "0".repeat(64), mime, width, height, alpha: false, moves: false, focal: Focal::default() }
}

fn rendered(original: &Original, file: Vec<u8>, cut: Cut, format: Format) -> Vec<u8> {
    let (original, runtime) = (original.clone(), Handle::current());
    // As with the image workers, this runs on a thread outside the async runtime.
    let made = std::thread::spawn(move || render(&original, &file, Rendition { cut, format }, &runtime)).join();
    made.unwrap().unwrap()
}

fn read(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

fn is_red(picture: &DynamicImage, x: u32, y: u32) -> bool {
    let image::Rgba([red, _, blue, _]) = picture.get_pixel(x, y);
    assert!(red.abs_diff(blue) > 100, "{red} {blue} at {x}, {y}");
    red > blue
}

#[test]
fn the_ladder_ends_at_the_own_width() {
    assert_eq!(original(Mime::Jpeg, 1600, 900).widths(None), [160, 320, 480, 640, 960, 1280, 1600]);
    assert_eq!(original(Mime::Jpeg, 4000, 3000).widths(None), [160, 320, 480, 640, 960, 1280, 1920, 2560]);
    assert_eq!(original(Mime::Jpeg, 640, 480).widths(None), [160, 320, 480, 640]);
    assert_eq!(original(Mime::Jpeg, 64, 48).widths(None), [64]);
    assert_eq!(original(Mime::Jpeg, 1600, 900).widths(Some(Preset::Square)), [160, 320, 480, 640, 900]);
    // Renditions that are larger than WebP allows are omitted.
    assert_eq!(original(Mime::Jpeg, 400, 20_000).widths(None), [160, 320]);
    assert!(original(Mime::Jpeg, 2, 60_000).widths(None).is_empty());
    assert_eq!(original(Mime::Jpeg, 1, 60_000).widths(Some(Preset::SixteenByNine)), [1]);
    // Renditions that take too much memory are omitted.
    assert_eq!(original(Mime::Jpeg, 2560, 6250).widths(None), LADDER);
    assert_eq!(original(Mime::Jpeg, 2560, 6251).widths(None), LADDER[..7]);
    assert_eq!(original(Mime::Jpeg, 2400, 12_000).widths(None), LADDER[..6]);
}

#[test]
fn only_what_nobody_can_ask_for_is_swept_away() {
    let picture = original(Mime::Jpeg, 1000, 500);
    let name = |recipe: &str, rest: &str| format!("{}/{recipe}/{rest}", folder_of(picture.id));
    let crop = format!("square-{}/320.webp", picture.crop_version());
    for (recipe, rest, known) in [
        ("c", "320.webp", true),
        ("c", crop.as_str(), true),
        ("c", "square-000000/320.webp", false),
        // Files of an earlier encoder version, and of a node with a later one.
        ("b", "320.webp", false),
        ("d", "320.webp", true),
        ("d", "square-000000/320.webp", true),
    ] {
        assert_eq!(picture.knows(&name(recipe, rest)), known, "{recipe}/{rest}");
    }
    assert!(!picture.knows("renditions/elsewhere/c/320.webp"));
}

#[test]
fn crops_keep_the_focal_point_in_sight() {
    let mut picture = original(Mime::Jpeg, 1000, 500);
    let at = |picture: &Original| {
        let Region { x, y, width, height } = picture.region(Some(Preset::Square));
        (x, y, width, height)
    };
    assert_eq!(at(&picture), (250.0, 0.0, 500, 500));
    picture.focal = Focal { x: 0.0, y: 1.0 };
    assert_eq!(at(&picture), (0.0, 0.0, 500, 500));
    picture.focal = Focal { x: 0.7, y: 0.0 };
    assert_eq!(at(&picture), (450.0, 0.0, 500, 500));
    assert_eq!(picture.size(Cut { preset: Some(Preset::Og), width: 1280 }), (1280, 672));
    assert_eq!(picture.size(Cut { preset: None, width: 333 }), (333, 167));
}

#[test]
fn a_moved_focal_point_gives_crops_another_name() {
    let mut picture = original(Mime::Jpeg, 1000, 500);
    let of = |preset| Rendition { cut: Cut { preset, width: 320 }, format: Format::WebP };
    let before = (picture.rendition_name(of(None)), picture.rendition_name(of(Some(Preset::Square))));
    picture.focal = Focal { x: 0.4, y: 0.5 };
    assert_eq!(before.0, picture.rendition_name(of(None)));
    assert_ne!(before.1, picture.rendition_name(of(Some(Preset::Square))));
    assert!(picture.knows(&before.0) && !picture.knows(&before.1));
    assert!(picture.knows(&picture.rendition_name(of(Some(Preset::Square)))));
}

#[test]
fn what_is_seen_at_the_upper_left_is_found_wherever_it_is_stored() {
    let picture = original(Mime::Jpeg, 30, 20);
    for orientation in (1..=8).filter_map(Orientation::from_exif) {
        // An image that is dark at its upper left when displayed; it is stored with the inverse orientation.
        let seen = |x: u32, y: u32| x < 10 && y < 5;
        let upright = image::GrayImage::from_fn(30, 20, |x, y| image::Luma([if seen(x, y) { 0 } else { 255 }]));
        let stored = (1..=8).filter_map(Orientation::from_exif).map(|back| {
            let mut stored = DynamicImage::from(upright.clone());
            stored.apply_orientation(back);
            stored
        });
        let mut stored = stored.filter(|stored| {
            let mut again = stored.clone();
            again.apply_orientation(orientation);
            again.to_luma8() == upright
        });
        let stored = stored.next().unwrap();
        let part = stored_region(&picture, Region { x: 0.0, y: 0.0, width: 10, height: 5 }, orientation);
        let dark = |x: u32, y: u32| {
            let (x, y) = (f64::from(x), f64::from(y));
            x >= part.x && x < part.x + part.width && y >= part.y && y < part.y + part.height
        };
        for (x, y, pixel) in stored.to_luma8().enumerate_pixels() {
            assert_eq!(pixel.0[0] == 0, dark(x, y), "{orientation:?} at {x}, {y}");
        }
    }
}

#[actix_web::test]
async fn a_jpeg_is_the_same_at_whatever_fraction_it_is_decoded() {
    let file = samples::jpeg(800, 600);
    for width in [90, 160, 290, 320, 390, 480, 590, 640, 690, 800] {
        let made = read(&rendered(&original(Mime::Jpeg, 800, 600), file.clone(), Cut { preset: None, width }, Format::Png));
        assert_eq!((made.width(), made.height()), (width, width * 3 / 4 + u32::from(width * 3 % 4 > 1)));
        for x in [0, width / 4, width / 2 - 4] {
            assert!(is_red(&made, x, width / 3) && !is_red(&made, width - 1 - x, width / 3), "{x} of {width}");
        }
    }
}

#[cfg(target_os = "linux")]
#[actix_web::test]
async fn image_workers_yield_to_responses() {
    let read = || std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let nice = |stat: &str| -> i32 { stat.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().parse().unwrap() };
    let own = nice(&read());
    let room = ImageWorkers::default();
    for queue in [Queue::Uploads, Queue::Readers, Queue::Ahead] {
        assert_eq!(nice(&room.run(queue, read).await.unwrap().unwrap()), (own + 10).min(19));
    }
    assert_eq!(nice(&read()), own);
}

#[actix_web::test]
async fn every_format_comes_of_every_type() {
    let types =
        [(Mime::Jpeg, ImageFormat::Jpeg), (Mime::Png, ImageFormat::Png), (Mime::WebP, ImageFormat::WebP), (Mime::Gif, ImageFormat::Gif)];
    for (mime, from) in types {
        let file = samples::encoded(from, 400, 300);
        for format in [Format::Jpeg, Format::Png, Format::WebP] {
            let made = rendered(&original(mime, 400, 300), file.clone(), Cut { preset: None, width: 160 }, format);
            assert_eq!(image::guess_format(&made).unwrap().to_mime_type(), format.mime());
            let picture = read(&made);
            assert_eq!((picture.width(), picture.height()), (160, 120), "{mime:?} {format:?}");
            assert!(is_red(&picture, 20, 60) && !is_red(&picture, 140, 60), "{mime:?} {format:?}");
        }
    }
    let cut = Cut { preset: None, width: 160 };
    let avif = rendered(&original(Mime::Png, 400, 300), samples::encoded(ImageFormat::Png, 400, 300), cut, Format::Avif);
    assert_eq!(avif.get(4..12), Some(b"ftypavif".as_slice()));
}

/// An image large enough to have memory pages of its own, both decoded and as a rendition, with every processing step.
#[actix_web::test]
async fn a_large_picture_is_scaled_colored_and_turned() {
    let display = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let file = samples::with_profile(&samples::jpeg_of_a_camera(3400, 2550, 6), &display);
    let file = super::super::examine::examine(file, crate::config::ImageBounds { megapixels: 50 }, |_| ()).unwrap().file.to_vec();
    let picture = original(Mime::Jpeg, 2550, 3400);
    for (width, format) in [(1920, Format::Jpeg), (2550, Format::WebP), (2550, Format::Png)] {
        let made = read(&rendered(&picture, file.clone(), Cut { preset: None, width }, format));
        assert_eq!((made.width(), made.height()), picture.size(Cut { preset: None, width }));
        let of = |down: u32| made.get_pixel(width / 2, made.height() * down / 10).0;
        // The image is red above and blue below, both stronger than the same values are in sRGB.
        let (above, below) = (of(1), of(9));
        assert!(above[0] > 210 && above[2] < 30, "{format:?} {above:?}");
        assert!(below[2] > 203 && below[0] < 30, "{format:?} {below:?}");
    }
}

#[actix_web::test]
async fn webp_keeps_colors_and_edges_at_every_size() {
    for (width, height) in [(161, 121), (1, 1), (1, 7), (7, 1), (3, 2), (2, 3)] {
        for color in [[128, 130, 126], [3, 1, 2], [250, 255, 252], [200, 30, 30]] {
            let mut file = Cursor::new(Vec::new());
            image::RgbImage::from_pixel(width, height, image::Rgb(color)).write_to(&mut file, ImageFormat::Png).unwrap();
            let cut = Cut { preset: None, width };
            let made = read(&rendered(&original(Mime::Png, width, height), file.into_inner(), cut, Format::WebP));
            assert_eq!((made.width(), made.height()), (width, height));
            let near = made.to_rgb8().pixels().all(|pixel| is_near(pixel.0, color));
            assert!(near, "{width} × {height}, {color:?}: {:?}", made.get_pixel(width - 1, height - 1));
        }
    }
}

#[actix_web::test]
async fn pixels_of_every_kind_look_alike() {
    let (width, height) = (320, 240);
    let shades =
        image::RgbaImage::from_fn(width, height, |x, _| if x < 160 { Rgba([90, 90, 90, 255]) } else { Rgba([200, 200, 200, 128]) });
    let shades = DynamicImage::from(shades);
    let opaque = DynamicImage::from(shades.to_rgb8());
    let kinds: [(DynamicImage, bool); 8] = [
        (opaque.to_luma8().into(), false),
        (opaque.to_luma16().into(), false),
        (opaque.to_rgb8().into(), false),
        (opaque.to_rgb16().into(), false),
        // Opaque everywhere, although the file has an alpha channel.
        (opaque.to_rgba16().into(), false),
        (shades.to_luma_alpha8().into(), true),
        (shades.to_luma_alpha16().into(), true),
        (shades.to_rgba16().into(), true),
    ];
    for (picture, alpha) in kinds {
        let kind = picture.color();
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).unwrap();
        let original = Original { alpha, ..original(Mime::Png, width, height) };
        for format in [Format::Png, Format::WebP, Format::Jpeg] {
            let made = read(&rendered(&original, file.get_ref().clone(), Cut { preset: None, width: 160 }, format));
            assert_eq!(made.color().has_alpha(), alpha && format != Format::Jpeg, "{kind:?} {format:?}");
            let (left, right) = (made.get_pixel(20, 60).0, made.get_pixel(140, 60).0);
            let on_white = if alpha && format == Format::Jpeg { 227 } else { 200 };
            assert!(is_near([left[0], left[1], left[2]], [90; 3]), "{kind:?} {format:?}: {left:?}");
            assert!(is_near([right[0], right[1], right[2]], [on_white; 3]), "{kind:?} {format:?}: {right:?}");
            assert_eq!(right[3].abs_diff(128) < 3, alpha && format != Format::Jpeg, "{kind:?} {format:?}: {right:?}");
        }
    }
}

#[actix_web::test]
async fn a_turned_picture_is_cropped_as_it_is_seen() {
    // Stored in landscape with red on the left; displayed in portrait with red at the top.
    let file = samples::jpeg_of_a_camera(400, 300, 6);
    let mut picture = original(Mime::Jpeg, 300, 400);
    let whole = read(&rendered(&picture, file.clone(), Cut { preset: None, width: 160 }, Format::Png));
    assert_eq!((whole.width(), whole.height()), (160, 213));
    assert!(is_red(&whole, 80, 20) && !is_red(&whole, 80, 190));
    picture.focal = Focal { x: 0.5, y: 0.0 };
    let above = read(&rendered(&picture, file.clone(), Cut { preset: Some(Preset::SixteenByNine), width: 160 }, Format::Png));
    assert_eq!((above.width(), above.height()), (160, 90));
    assert!(is_red(&above, 80, 10) && is_red(&above, 80, 80));
    picture.focal = Focal { x: 0.5, y: 1.0 };
    let below = read(&rendered(&picture, file, Cut { preset: Some(Preset::SixteenByNine), width: 160 }, Format::Png));
    assert!(!is_red(&below, 80, 10) && !is_red(&below, 80, 80));
}

fn middle(file: Vec<u8>, mime: Mime) -> [u8; 3] {
    let made = read(&rendered(&original(mime, 320, 240), file, Cut { preset: None, width: 160 }, Format::Png));
    assert_eq!((made.width(), made.height()), (160, 120));
    let image::Rgba([red, green, blue, _]) = made.get_pixel(80, 60);
    [red, green, blue]
}

fn is_near(color: [u8; 3], wanted: [u8; 3]) -> bool {
    color.into_iter().zip(wanted).all(|(one, other)| one.abs_diff(other) <= 6)
}

#[actix_web::test]
async fn inks_become_light() {
    use jpeg_encoder::ColorType::{Cmyk, CmykAsYcck};
    for kind in [Cmyk, CmykAsYcck] {
        for (inks, wanted) in [
            ([0, 0, 0, 0], [255, 255, 255]),
            ([255, 0, 0, 0], [0, 255, 255]),
            ([0, 255, 255, 0], [255, 0, 0]),
            ([0, 0, 0, 255], [0, 0, 0]),
            ([0, 0, 0, 128], [127, 127, 127]),
        ] {
            let plain = samples::printed_jpeg(320, 240, inks, kind);
            let made = middle(plain.clone(), Mime::Jpeg);
            assert!(is_near(made, wanted), "{kind:?} {inks:?}: {made:?}");
            // A profile for other kinds of pixels is ignored.
            let srgb = moxcms::ColorProfile::new_display_p3().encode().unwrap();
            assert_eq!(middle(samples::with_profile(&plain, &srgb), Mime::Jpeg), made);
        }
    }
}

#[actix_web::test]
async fn inks_look_as_their_profile_says() {
    let press = samples::profile_of_a_strange_press();
    for kind in [jpeg_encoder::ColorType::Cmyk, jpeg_encoder::ColorType::CmykAsYcck] {
        let file = |inks| samples::with_profile(&samples::printed_jpeg(320, 240, inks, kind), &press);
        let (paper, cyan) = (middle(file([0, 0, 0, 0]), Mime::Jpeg), middle(file([255, 0, 0, 0]), Mime::Jpeg));
        assert!(paper.iter().all(|value| *value > 245), "{kind:?}: {paper:?}");
        assert!(cyan[0] > 200 && cyan[1] < 60 && cyan[2] < 60, "{kind:?}: {cyan:?}");
    }
}

#[actix_web::test]
async fn greys_look_as_their_profile_says() {
    let linear = moxcms::ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let grey = samples::grey_jpeg(320, 240, 128);
    assert!(is_near(middle(grey.clone(), Mime::Jpeg), [128; 3]));
    let made = middle(samples::with_profile(&grey, &linear), Mime::Jpeg);
    assert!(is_near(made, [188; 3]), "{made:?}");
    // A profile for grey does not apply to colours.
    let colours = samples::jpeg(320, 240);
    assert_eq!(middle(samples::with_profile(&colours, &linear), Mime::Jpeg), middle(colours, Mime::Jpeg));
}

#[cfg(feature = "avif")]
#[actix_web::test]
async fn avif_is_an_original_like_others() {
    let cut = Cut { preset: None, width: 160 };
    for file in [samples::avif(320, 240, None), examined(samples::avif(320, 240, None))] {
        for format in [Format::Jpeg, Format::WebP, Format::Avif] {
            let made = rendered(&original(Mime::Avif, 320, 240), file.clone(), cut, format);
            if format != Format::Avif {
                let picture = read(&made);
                assert_eq!((picture.width(), picture.height()), (160, 120));
                assert!(is_red(&picture, 20, 60) && !is_red(&picture, 140, 60), "{format:?}");
                let image::Rgba([red, green, blue, _]) = picture.get_pixel(20, 60);
                assert!(is_near([red, green, blue], [200, 0, 0]), "{format:?}: {red} {green} {blue}");
            }
        }
    }
    for file in [samples::glassy_avif(320, 240), examined(samples::glassy_avif(320, 240))] {
        let glass = read(&rendered(&original(Mime::Avif, 320, 240), file, cut, Format::Png));
        let (left, right) = (glass.get_pixel(20, 60).0, glass.get_pixel(140, 60).0);
        assert!(left[3].abs_diff(128) < 6 && right[3] == 255 && left[1].abs_diff(200) < 8, "{left:?} {right:?}");
    }
}

#[cfg(feature = "avif")]
fn examined(file: Vec<u8>) -> Vec<u8> {
    super::super::examine::examine(file, crate::config::ImageBounds { megapixels: 50 }, |_| ()).unwrap().file.to_vec()
}
