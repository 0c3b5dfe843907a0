//! Tests of uploaded files: they are cleaned, rotated, truncated or rejected, and never cause a panic.

use image::ImageFormat;

use super::container::{Container, Mime};
use super::examine::{Examined, Refusal, examine};
use super::image::parse_stored_name;
use super::{samples, sweep};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, ImageBounds};

fn look(bytes: &[u8]) -> Result<Examined, Refusal> {
    examine(bytes.to_vec(), ImageBounds { megapixels: 50 }, |_| ())
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn every_type_is_known_by_its_bytes_and_measured() {
    let mimes = [Mime::Jpeg, Mime::Png, Mime::WebP, Mime::Gif];
    for (bytes, mime) in samples::all().iter().zip(mimes) {
        let picture = look(bytes).unwrap();
        assert_eq!((picture.mime, picture.width, picture.height), (mime, 8, 4));
        assert!(picture.color.starts_with('#') && picture.color.len() == 7, "{}", picture.color);
        assert!(!picture.thumbhash.is_empty());
        assert_eq!(picture.sha256.len(), 64);
    }
}

#[test]
fn a_clean_file_stays_as_it_is() {
    for bytes in samples::all() {
        let once = look(&bytes).unwrap();
        let twice = look(&once.file).unwrap();
        assert_eq!(once.file, twice.file);
        assert_eq!(once.sha256, twice.sha256);
    }
}

#[test]
fn the_mean_colour_is_that_of_all_pixels() {
    let picture = look(&samples::encoded(ImageFormat::Png, 200, 100)).unwrap();
    assert_eq!(picture.color, "#640064");
}

#[test]
fn a_picture_looks_the_same_however_its_colours_are_coded() {
    let (width, height) = (240_u16, 160_u16);
    let picture = samples::picture(width.into(), height.into());
    let plain = look(&samples::encoded(ImageFormat::Png, width.into(), height.into())).unwrap();
    // With optimized tables this encoder writes each colour in a scan of its own, the two chroma planes at half the size.
    let mut each_by_itself = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut each_by_itself, 95);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.set_optimized_huffman_tables(true);
    encoder.encode(picture.as_bytes(), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    for bytes in [samples::jpeg(width.into(), height.into()), each_by_itself] {
        let looked = look(&bytes).unwrap();
        let value = |color: &str| u32::from_str_radix(&color[1..], 16).unwrap().to_be_bytes();
        let near = value(&looked.color).into_iter().zip(value(&plain.color)).all(|(one, other)| one.abs_diff(other) < 6);
        assert!(near, "{} should be {}", looked.color, plain.color);
    }
}

#[test]
fn the_mean_colour_is_that_of_the_profile() {
    let linear = moxcms::ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let grey = samples::grey_jpeg(40, 30, 128);
    assert_eq!(look(&grey).unwrap().color, "#808080");
    assert_eq!(look(&samples::with_profile(&grey, &linear)).unwrap().color, "#bcbcbc");
}

#[test]
fn what_a_camera_wrote_is_dropped_and_its_texts_are_taken_over() {
    let files = [
        samples::jpeg_of_a_camera(8, 4, 1),
        samples::png_with(
            8,
            4,
            &[(b"eXIf", &samples::exif(1)), (b"tEXt", samples::SECRET), (b"iTXt", samples::SECRET), (b"zTXt", samples::SECRET)],
        ),
        samples::webp_of_a_camera(8, 4, 1),
    ];
    for bytes in files {
        assert!(holds(&bytes, samples::SECRET));
        let picture = look(&bytes).unwrap();
        assert!(!holds(&picture.file, samples::SECRET), "{:?}", picture.mime);
        assert!(!holds(&picture.file, b"Mara"), "{:?}", picture.mime);
        assert_eq!(picture.notes.caption.as_deref(), Some("A tram on a bridge"), "{:?}", picture.mime);
        assert_eq!(picture.notes.credit.as_deref(), Some("Mara Lindqvist"), "{:?}", picture.mime);
    }
}

#[test]
fn comments_in_a_gif_are_dropped() {
    let plain = samples::encoded(ImageFormat::Gif, 8, 4);
    let (start, end) = plain.split_at(plain.len() - 1);
    let length = u8::try_from(samples::SECRET.len()).unwrap();
    let bytes = [start, &[0x21, 0xfe, length], samples::SECRET, &[0], end].concat();
    assert_eq!(look(&bytes).unwrap().file, plain);
}

#[test]
fn the_colour_profile_stays() {
    assert!(holds(&look(&samples::jpeg_of_a_camera(8, 4, 1)).unwrap().file, b"ICC_PROFILE\0\x01\x01the colours"));
}

#[test]
fn the_orientation_survives_and_counts() {
    let files = |orientation| {
        [
            samples::jpeg_of_a_camera(16, 8, orientation),
            samples::png_with(16, 8, &[(b"eXIf", &samples::exif(orientation))]),
            samples::webp_of_a_camera(16, 8, orientation),
        ]
    };
    for orientation in 1..=8 {
        let size = if orientation < 5 { (16, 8) } else { (8, 16) };
        for bytes in files(orientation) {
            let picture = look(&bytes).unwrap();
            assert_eq!((picture.width, picture.height), size, "{:?} {orientation}", picture.mime);
            let again = look(&picture.file).unwrap();
            assert_eq!((again.width, again.height, again.file), (size.0, size.1, picture.file), "{:?} {orientation}", picture.mime);
        }
    }
}

#[test]
fn what_is_appended_is_cut_off() {
    for bytes in samples::all() {
        let clean = look(&bytes).unwrap();
        for tail in [b"<script>alert(1)</script>".as_slice(), b"PK\x03\x04 a zip", &samples::jpeg(4, 4), &[0xff, 0xd9]] {
            let picture = look(&[&bytes, tail].concat()).unwrap();
            assert_eq!(picture.sha256, clean.sha256, "{:?}", picture.mime);
        }
    }
}

#[test]
fn nothing_hides_where_pixels_need_little() {
    let plain = samples::jpeg(8, 4);
    let length = u16::try_from(samples::SECRET.len() + 4).unwrap().to_be_bytes();
    // The restart interval, the arithmetic conditioning, and two markers of hierarchical images.
    for marker in [0xdd, 0xcc, 0xde, 0xdf] {
        let hiding = [&plain[..2], &[0xff, marker], &length, &[0, 0], samples::SECRET, &plain[2..]].concat();
        let picture = look(&hiding).unwrap();
        assert!(!holds(&picture.file, &samples::SECRET[..8]), "{marker:x}");
        assert_eq!((picture.width, picture.height), (8, 4));
    }
}

#[test]
fn what_breaks_off_anywhere_is_refused() {
    let more = [samples::jpeg_of_a_camera(8, 4, 6), samples::webp_of_a_camera(8, 4, 6), samples::moving_gif(3)];
    for bytes in samples::all().into_iter().chain(more) {
        for end in 0..pixels_of_jpeg(&bytes).unwrap_or(bytes.len()) {
            assert!(look(&bytes[..end]).is_err(), "{end} of {} bytes are taken", bytes.len());
        }
    }
}

/// The offset of the coded pixels of a JPEG.
fn pixels_of_jpeg(bytes: &[u8]) -> Option<usize> {
    let scan = bytes.windows(2).rposition(|marker| marker == [0xff, 0xda])?;
    bytes.starts_with(&[0xff, 0xd8]).then(|| scan + 2 + usize::from(u16::from_be_bytes([bytes[scan + 2], bytes[scan + 3]])) + 1)
}

#[test]
fn a_jpeg_that_lacks_its_last_bytes_is_taken() {
    let wide = |progressive: bool, factor: jpeg_encoder::SamplingFactor| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
        encoder.set_sampling_factor(factor);
        encoder.set_progressive(progressive);
        let noise = image::RgbImage::from_fn(96, 160, |x, y| {
            image::Rgb([x * y, x * 7 + y * 3, y * 11].map(|value| u8::try_from(value % 251).unwrap()))
        });
        encoder.encode(noise.as_raw(), 96, 160, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    };
    for factor in [jpeg_encoder::SamplingFactor::F_1_1, jpeg_encoder::SamplingFactor::F_2_2] {
        for progressive in [false, true] {
            let bytes = wide(progressive, factor);
            let whole = look(&bytes).unwrap();
            for missing in [1, 2, 3, 10, 40] {
                let cut = look(&bytes[..bytes.len() - missing]).unwrap();
                assert_eq!((cut.width, cut.height), (96, 160), "{missing} bytes are missing");
                if missing <= 2 {
                    assert_eq!(cut.sha256, whole.sha256, "the marker is put back");
                }
                let again = look(&cut.file).unwrap();
                assert_eq!(again.sha256, cut.sha256);
            }
            if !progressive {
                let begin = pixels_of_jpeg(&bytes).unwrap();
                let coded = bytes.len() - begin;
                for end in [begin, begin + coded / 8, begin + coded / 2, begin + coded * 3 / 4, begin + coded * 17 / 20] {
                    let refusal = look(&bytes[..end]).unwrap_err();
                    assert!(matches!(refusal, Refusal::Broken(_)), "{end} of {} bytes: {refusal:?}", bytes.len());
                }
            }
        }
    }
}

#[test]
fn heic_is_told_apart() {
    for bytes in [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", b"\0\0\0\x20ftypheic"] {
        assert_eq!(look(bytes).unwrap_err(), Refusal::Heic);
    }
    for bytes in [b"\0\0\0\x18ftypisom\0\0\0\0isommp42".as_slice(), b"\0\0\0\x08ftypheic", b"\xff\xff\xff\xffftyp"] {
        assert_eq!(look(bytes).unwrap_err(), Refusal::Unknown);
    }
}

#[test]
fn as_many_pixels_are_taken_as_the_settings_say() {
    let file = samples::jpeg(1200, 1000);
    let examined = |megapixels| examine(file.clone(), ImageBounds { megapixels }, |_| ());
    assert!(examined(2).is_ok());
    assert!(matches!(examined(1), Err(Refusal::TooMany(_))));
    // Four channels of 16 bits take eight bytes per pixel, which is more than one image may use.
    let deep = image::ImageBuffer::<image::Rgba<u16>, _>::from_pixel(1000, 1000, image::Rgba([1, 2, 3, 4]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(deep).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let refusal = examine(bytes.into_inner(), ImageBounds { megapixels: 1 }, |_| ()).unwrap_err();
    assert!(matches!(&refusal, Refusal::TooMany(why) if why.contains("MiB")), "{refusal:?}");
}

/// Phones take photos of fifty million pixels. The memory is that of the image and, if it has several scans, of its coefficients.
#[test]
fn memory_is_counted_before_pixels_are_decoded() {
    use jpeg_encoder::SamplingFactor::{F_1_1, F_2_2};
    let megapixels = |progressive: bool, factor| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 50);
        encoder.set_sampling_factor(factor);
        encoder.set_progressive(progressive);
        encoder.encode(&vec![90; 1000 * 1000 * 3], 1000, 1000, jpeg_encoder::ColorType::Rgb).unwrap();
        Container::of(Mime::Jpeg, &bytes).unwrap().memory
    };
    let takes = [(false, F_1_1), (false, F_2_2), (true, F_2_2), (true, F_1_1)].map(|(progressive, factor)| megapixels(progressive, factor));
    assert_eq!(takes, [3_000_000, 3_000_000, 6_000_000, 9_000_000]);
    let most = ImageBounds { megapixels: 50 };
    assert_eq!(takes.map(|takes| takes * 50 <= most.memory()), [true, true, true, false]);
}

#[test]
fn changed_bytes_never_panic() {
    for bytes in samples::all().into_iter().chain([samples::jpeg_of_a_camera(8, 4, 6), samples::moving_gif(2)]) {
        for place in 0..bytes.len() {
            for change in [0x00, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[place] = change;
                let _ = look(&changed);
            }
        }
    }
}

#[test]
fn other_types_are_refused_by_their_bytes() {
    let others: [&[u8]; 6] = [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!doctype html>", b"%PDF-1.7", b"PK\x03\x04", b"GIF90a"];
    for bytes in others {
        assert_eq!(look(bytes).unwrap_err(), Refusal::Unknown);
    }
}

#[test]
fn bombs_are_refused_before_a_pixel_is_decoded() {
    let canvas = [b"GIF89a".as_slice(), &[0xff, 0xff, 0xff, 0xff, 0, 0, 0]].concat();
    let frame = [0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 1, 0, 0];
    let files = [
        samples::png_bomb(20_000, 20_000),
        samples::png_bomb(100_000, 1),
        samples::png_bomb(u32::MAX, u32::MAX),
        [canvas.as_slice(), &frame, b";"].concat(),
        samples::moving_gif(1001),
    ];
    for bytes in files {
        let most = Container::memory_for(&bytes);
        let refusal =
            examine(bytes, ImageBounds { megapixels: 50 }, |memory| assert!(memory <= most, "something was decoded")).unwrap_err();
        assert!(matches!(refusal, Refusal::TooMany(_)), "{refusal:?}");
    }
}

#[test]
fn a_colour_profile_that_cannot_be_read_is_refused() {
    let bytes = samples::png_with(8, 4, &[(b"iCCP", b"name\0\0no zlib stream")]);
    assert!(matches!(look(&bytes), Err(Refusal::Broken(_))));
}

#[cfg(feature = "avif")]
#[test]
fn avif_is_taken_cleaned_and_cut_off() {
    let file = samples::avif(64, 48, Some(&samples::exif(6)));
    assert!(holds(&file, samples::SECRET));
    let picture = look(&file).unwrap();
    assert_eq!((picture.mime, picture.width, picture.height, picture.has_alpha), (Mime::Avif, 64, 48, false));
    let value = |color: &str| u32::from_str_radix(&color[1..], 16).unwrap().to_be_bytes();
    assert!(value(&picture.color).into_iter().zip(value("#640064")).all(|(one, other)| one.abs_diff(other) < 8), "{}", picture.color);
    assert_eq!(picture.notes.credit.as_deref(), Some("Mara Lindqvist"));
    assert!(!holds(&picture.file, samples::SECRET) && !holds(&picture.file, b"Mara"));
    let again = look(&picture.file).unwrap();
    assert_eq!((again.sha256, again.color), (picture.sha256.clone(), picture.color.clone()));
    assert_eq!(look(&[file.as_slice(), b"PK\x03\x04 a zip"].concat()).unwrap_err(), Refusal::Broken("The file is truncated.".into()));
    let tail = [0, 0, 0, 16, b'f', b'r', b'e', b'e', 1, 2, 3, 4, 5, 6, 7, 8];
    assert_eq!(look(&[file.as_slice(), &tail].concat()).unwrap().sha256, picture.sha256);
    for end in 0..picture.file.len() {
        assert!(look(&picture.file[..end]).is_err(), "{end} of {} bytes are taken", picture.file.len());
    }
    for place in 0..picture.file.len() {
        for change in [0x00, 0x7f, 0xff] {
            let mut changed = picture.file.to_vec();
            changed[place] = change;
            let _ = look(&changed);
        }
    }
}

#[test]
fn a_picture_that_moves_is_decoded_whole() {
    let bytes = samples::moving_gif(3);
    assert_eq!(look(&bytes).unwrap().mime, Mime::Gif);
}

#[test]
fn only_hashes_name_files() {
    let hash = "0123456789abcdef".repeat(4);
    assert!(parse_stored_name(&format!("{hash}.jpg")).is_some());
    for name in [format!("{hash}.svg"), format!("{hash}.jpg.jpg"), format!("{}.jpg", hash.to_uppercase()), "../x.jpg".into(), hash] {
        assert!(parse_stored_name(&name).is_none(), "{name}");
    }
}

#[test]
fn the_sweep_removes_old_files_that_no_row_is_left_for() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let config = Config::from_lookup(|name| match name {
        "DATABASE_URL" => Some(format!("sqlite://{}", place("x.db"))),
        "MEDIA_URL" => Some(format!("file:{}", place("media"))),
        "SECRET_KEY_FILE" => Some(place("key")),
        _ => None,
    });
    let clock = Clock::manual(0);
    let app = App::open(config.unwrap(), clock.clone()).unwrap();
    let orphan = format!("{}.png", "0".repeat(64));
    let unfinished = folder.path().join("media/1.png#1");
    std::fs::write(&unfinished, b"half").unwrap();
    let written = std::fs::metadata(&unfinished).unwrap().modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    clock.advance(i64::try_from(written.as_millis()).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // A piece of a deleted upload, and a rendition of a deleted image.
        let piece = "uploads/0190a0b0-0000-7000-8000-000000000000.0000000000.x";
        let rendition = "renditions/0190a0b0-0000-7000-8000-000000000000/a/square-012345/320.webp";
        for name in [&orphan, piece, rendition] {
            app.storage.put(name, b"whole".as_slice().into()).await.unwrap();
        }
        assert_eq!(sweep(&app).await.unwrap(), 0);
        assert_eq!(app.storage.size(&orphan).await.unwrap(), Some(5));
        clock.advance(2 * 60 * 60 * 1000);
        assert_eq!(sweep(&app).await.unwrap(), 3);
        for name in [orphan.as_str(), piece, rendition] {
            assert_eq!(app.storage.size(name).await.unwrap(), None, "{name}");
        }
    });
    assert!(!unfinished.exists());
}
