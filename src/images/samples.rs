//! Tiny test images made in memory, and files as cameras and attackers make them.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{Delay, DynamicImage, Frame, ImageFormat, Rgb, RgbImage, RgbaImage};

/// The location of a photo, which must not leave the server.
pub(super) const SECRET: &[u8] = b"GPS 48.2082N 16.3738E";

/// An image whose left half is red and whose right half is blue.
pub(super) fn picture(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) }).into()
}

/// The test image as a JPEG.
pub(super) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&picture(width, height)).unwrap();
    bytes
}

/// The test image in a format.
pub(super) fn encoded(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(width, height).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// One file of each type.
pub(super) fn all() -> Vec<Vec<u8>> {
    let formats = [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif];
    std::iter::once(jpeg(8, 4)).chain(formats.map(|format| encoded(format, 8, 4))).collect()
}

/// An animated GIF.
pub(super) fn moving_gif(frames: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    {
        let mut encoder = GifEncoder::new(&mut bytes);
        for _ in 0..frames {
            let frame = RgbaImage::from_pixel(4, 4, image::Rgba([10, 20, 30, 255]));
            encoder.encode_frame(Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
        }
    }
    bytes
}

/// An Exif block with a description, an orientation, an artist, and the secret at its end.
pub(super) fn exif(orientation: u8) -> Vec<u8> {
    let (description, artist) = (b"A tram\ton a bridge\0".as_slice(), b"Mara Lindqvist\0".as_slice());
    let number = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let text = |tag: [u8; 2], text: &[u8], offset: usize| [tag.as_slice(), &[0, 2], &number(text.len()), &number(offset)].concat();
    let first = 8 + 2 + 3 * 12 + 4;
    [
        b"MM\0\x2a\0\0\0\x08\0\x03".as_slice(),
        &text([0x01, 0x0e], description, first),
        &[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
        &text([0x01, 0x3b], artist, first + description.len()),
        &[0; 4],
        description,
        artist,
        SECRET,
    ]
    .concat()
}

/// A JPEG with further segments: Exif, XMP, IPTC, a comment and a colour profile.
pub(super) fn jpeg_of_a_camera(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let plain = jpeg(width, height);
    let (start, rest) = plain.split_at(2);
    let segment = |marker: u8, data: &[u8]| {
        let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], length.as_slice(), data].concat()
    };
    let exif = [b"Exif\0\0".as_slice(), &exif(orientation)].concat();
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), SECRET].concat();
    let iptc = [b"Photoshop 3.0\0".as_slice(), SECRET].concat();
    let profile = [b"ICC_PROFILE\0\x01\x01".as_slice(), b"the colours"].concat();
    let (exif, xmp, iptc) = (segment(0xe1, &exif), segment(0xe1, &xmp), segment(0xed, &iptc));
    [start, &exif, &xmp, &segment(0xe2, &profile), &iptc, &segment(0xfe, SECRET), rest].concat()
}

/// A PNG with further chunks after the first.
pub(super) fn png_with(width: u32, height: u32, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let plain = encoded(ImageFormat::Png, width, height);
    let (start, rest) = plain.split_at(8 + 25);
    let chunks = chunks.iter().map(|(name, data)| super::container::png_chunk(**name, data)).collect::<Vec<_>>().concat();
    [start, &chunks, rest].concat()
}

/// A PNG that declares many pixels of one bit each and has hardly any.
pub(super) fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let head = super::container::png_chunk(*b"IHDR", &[size.as_slice(), &[1, 0, 0, 0, 0]].concat());
    let pixels = super::container::png_chunk(*b"IDAT", &[0x78, 0x9c, 0x03, 0, 0, 0, 0, 0x01]);
    [b"\x89PNG\r\n\x1a\n".as_slice(), &head, &pixels, &super::container::png_chunk(*b"IEND", b"")].concat()
}

/// A WebP with the chunks that cameras add.
pub(super) fn webp_of_a_camera(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let plain = encoded(ImageFormat::WebP, width, height);
    let chunk = |name: &[u8], data: &[u8]| {
        let filler: &[u8] = if data.len() % 2 == 1 { &[0] } else { &[] };
        [name, &u32::try_from(data.len()).unwrap().to_le_bytes(), data, filler].concat()
    };
    let (across, down) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
    let head = chunk(b"VP8X", &[&[0x0c, 0, 0, 0], &across[..3], &down[..3]].concat());
    let inside = [b"WEBP".as_slice(), &head, &plain[12..], &chunk(b"EXIF", &exif(orientation)), &chunk(b"XMP ", SECRET)].concat();
    chunk(b"RIFF", &inside)
}

/// A JPEG with a colour profile.
pub(super) fn with_profile(jpeg: &[u8], profile: &[u8]) -> Vec<u8> {
    let length = u16::try_from(profile.len() + 16).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe2], &length, b"ICC_PROFILE\0\x01\x01", profile, &jpeg[2..]].concat()
}

/// A JPEG of one CMYK colour, as Adobe programs write it; `inks` holds the amounts of cyan, magenta, yellow and black on paper.
pub(super) fn printed_jpeg(width: u16, height: u16, inks: [u8; 4], kind: jpeg_encoder::ColorType) -> Vec<u8> {
    let pixels = inks.repeat(usize::from(width) * usize::from(height));
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 95).encode(&pixels, width, height, kind).unwrap();
    bytes
}

/// A JPEG of a single grey.
pub(super) fn grey_jpeg(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::GrayImage::from_pixel(width, height, image::Luma([shade]));
    JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(&picture).unwrap();
    bytes
}

/// The profile of a press (ICC.1, 8-bit table) whose cyan is red: colours with cyan are red, all others are white.
pub(super) fn profile_of_a_strange_press() -> Vec<u8> {
    let (white, red) = ([255, 128, 128], [136, 208, 195]);
    let colours: Vec<u8> = (0..16).flat_map(|corner| if corner & 8 == 0 { white } else { red }).collect();
    let straight: Vec<u8> = (0..=255).collect();
    let one = [0, 1, 0, 0];
    let none = [0; 4];
    let matrix = [one, none, none, none, one, none, none, none, one].concat();
    let table = [b"mft1\0\0\0\0\x04\x03\x02\0".as_slice(), &matrix, &straight.repeat(4), &colours, &straight.repeat(3)].concat();
    let number = |value: usize| u32::try_from(value).unwrap().to_be_bytes();
    let begin = 128 + 4 + 12;
    let head = [
        number(begin + table.len()).as_slice(),
        &none,
        &[4, 0x20, 0, 0],
        b"prtrCMYKLab ",
        &[0x07, 0xea, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0],
        b"acsp",
        &[0; 28],
        // The white point of Lab, D50.
        &[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d],
        &[0; 48],
    ]
    .concat();
    [head.as_slice(), &number(1), b"A2B0", &number(begin), &number(table.len()), &table].concat()
}

/// The test image as an AVIF, with an Exif block if one is given.
#[cfg(feature = "avif")]
pub(super) fn avif(width: u32, height: u32, exif: Option<&[u8]>) -> Vec<u8> {
    use rgb::FromSlice;
    let (across, down) = (usize::try_from(width).unwrap(), usize::try_from(height).unwrap());
    let pixels = picture(width, height).into_rgb8().into_raw();
    let mut encoder = ravif::Encoder::new().with_quality(90.0).with_speed(10).with_num_threads(Some(1));
    if let Some(exif) = exif {
        encoder = encoder.with_exif(exif.to_vec());
    }
    encoder.encode_rgb(ravif::Img::new(pixels.as_rgb(), across, down)).unwrap().avif_file
}

/// An AVIF whose left half is half transparent.
#[cfg(feature = "avif")]
pub(super) fn glassy_avif(width: usize, height: usize) -> Vec<u8> {
    use rgb::FromSlice;
    let pixels: Vec<u8> = (0..width * height).flat_map(|at| [0, 200, 0, if at % width < width / 2 { 128 } else { 255 }]).collect();
    let encoder = ravif::Encoder::new().with_quality(90.0).with_alpha_quality(100.0).with_speed(10).with_num_threads(Some(1));
    encoder.encode_rgba(ravif::Img::new(pixels.as_rgba(), width, height)).unwrap().avif_file
}
