//! How large images may be: fifty megapixels as phones make them, and what a refusal says.

use image::ImageFormat;

use crate::support::{Part, World, jpeg, media_test};

media_test!(may_have_as_many_pixels_as_the_settings_say, async |world| {
    let picture = jpeg(1200, 1000, 1);
    let node = world.node(&[("IMAGE_MEGAPIXELS", "1")]).await;
    let refused = node.author().upload("images", &[Part::file("large.jpg", &picture)]).await.expect_problem(422, "validation_failed");
    let refused = refused.expect_faults(&[("/file", "too_many_pixels")]);
    assert_eq!(refused.number_at("/errors/0/max_pixels"), 1_000_000);
    world.author().upload("images", &[Part::file("large.jpg", &picture)]).await.expect(201);
});

/// Returns the pixels of an image of one colour, as large as phones make them.
fn pixels(width: u32, height: u32) -> Vec<u8> {
    [40, 90, 160].repeat(usize::try_from(width * height).unwrap())
}

fn large_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut file, 80);
    encoder.encode(&pixels(width.into(), height.into()), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

fn large_png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fastest);
    encoder.write_header().unwrap().write_image_data(&pixels(width, height)).unwrap();
    file
}

media_test!(of_fifty_megapixels_are_taken, async |world| {
    for (name, file) in [("phone.jpg", large_jpeg(8_660, 5_773)), ("scan.png", large_png(8_660, 5_773))] {
        let large = world.author().upload("images", &[Part::file(name, &file)]).await.expect(201);
        assert_eq!((large.number_at("/width"), large.number_at("/height")), (8_660, 5_773));
        let served = world.anonymous().get(&format!("/media/{}/320.jpg", large.id())).await.expect(200);
        let seen = image::load_from_memory(&served.body).unwrap().into_rgb8();
        assert_eq!(seen.dimensions(), (320, 213));
        assert!(seen.get_pixel(160, 100).0[2].abs_diff(160) < 10, "{:?}", seen.get_pixel(160, 100));
    }
    let refused = world.author().upload("images", &[Part::file("larger.jpg", &large_jpeg(8_700, 5_800))]).await;
    refused.expect_problem(422, "validation_failed").expect_faults(&[("/file", "too_many_pixels")]);
});

media_test!(that_need_too_much_memory_are_told_the_bound, async |world| {
    let node = world.node(&[("IMAGE_MEGAPIXELS", "1")]).await;
    let deep = image::ImageBuffer::<image::Rgba<u16>, _>::from_pixel(1000, 1000, image::Rgba([1, 2, 3, 4]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(deep).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let refused = node.author().upload("images", &[Part::file("deep.png", &bytes.into_inner())]).await;
    let refused = refused.expect_problem(422, "validation_failed").expect_faults(&[("/file", "too_many_pixels")]);
    assert_eq!(refused.number_at("/errors/0/max_memory"), 7 * 1024 * 1024);
});
