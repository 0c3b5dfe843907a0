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

/// Returns a file of one colour, as large as phones make them, without the cost of a picture with details.
fn of_one_colour(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb([40, 90, 160])).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

media_test!(of_fifty_megapixels_are_taken, async |world| {
    for (name, format) in [("phone.jpg", ImageFormat::Jpeg), ("scan.png", ImageFormat::Png)] {
        let large = world.author().upload("images", &[Part::file(name, &of_one_colour(8_660, 5_773, format))]).await.expect(201);
        assert_eq!((large.number_at("/width"), large.number_at("/height")), (8_660, 5_773));
        let served = world.anonymous().get(&format!("/media/{}/320.jpg", large.id())).await.expect(200);
        let seen = image::load_from_memory(&served.body).unwrap().into_rgb8();
        assert_eq!(seen.dimensions(), (320, 213));
        assert!(seen.get_pixel(160, 100).0[2].abs_diff(160) < 10, "{:?}", seen.get_pixel(160, 100));
    }
    let refused = world.author().upload("images", &[Part::file("larger.jpg", &of_one_colour(8_700, 5_800, ImageFormat::Jpeg))]).await;
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
