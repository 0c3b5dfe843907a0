//! Animated images: the number of repetitions is the same in every rendition.

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, Rgba, RgbaImage};

use crate::support::{Answer, Client, Part, World, media_test};

async fn uploaded(world: &World, file: &[u8]) -> Answer {
    world.author().upload("images", &[Part::file("picture", file)]).await.expect(201)
}

async fn get(client: &Client, image: &str, rest: &str) -> Answer {
    client.get(&format!("/media/{image}/{rest}")).await
}

/// Returns the number of repetitions in the header of an animated WebP image; 0 for endless.
fn plays(webp: &[u8]) -> u16 {
    let place = webp.windows(4).position(|name| name == b"ANIM").expect("it moves") + 8 + 4;
    u16::from_le_bytes([webp[place], webp[place + 1]])
}

media_test!(move_as_often_as_their_original, async |world| {
    let anybody = world.anonymous();
    let gif = |repeat: Option<Repeat>, shade: u8| {
        let mut file = Vec::new();
        {
            let mut encoder = GifEncoder::new(&mut file);
            if let Some(repeat) = repeat {
                encoder.set_repeat(repeat).unwrap();
            }
            for red in [0, 200] {
                let frame = RgbaImage::from_pixel(200, 100, Rgba([red, shade, 200, 255]));
                encoder.encode_frame(Frame::from_parts(frame, 0, 0, Delay::from_numer_denom_ms(120, 1))).unwrap();
            }
        }
        file
    };
    let mut once = gif(Some(Repeat::Infinite), 7);
    let block = once.windows(11).position(|name| name == b"NETSCAPE2.0").unwrap() - 3;
    once.drain(block..block + 19);
    let files = [
        (once, 1),
        (gif(Some(Repeat::Infinite), 1), 0),
        (gif(Some(Repeat::Finite(1)), 2), 2),
        (gif(Some(Repeat::Finite(4)), 3), 5),
        (gif(Some(Repeat::Finite(u16::MAX)), 4), u16::MAX),
    ];
    for (file, expected) in files {
        let id = uploaded(world, &file).await.id();
        let webp = get(&anybody, &id, "160.webp").await.expect(200).body;
        assert_eq!(plays(&webp), expected);
        // The expected number is the one that WebP stores, whatever the source format.
        let id = uploaded(world, &webp).await.id();
        assert_eq!(plays(&get(&anybody, &id, "160.webp").await.expect(200).body), expected);
    }
    for (number, expected) in [(0, 0), (1, 1), (3, 3), (100_000, u16::MAX)] {
        let id = uploaded(world, &moving_png(number)).await.id();
        assert_eq!(plays(&get(&anybody, &id, "160.webp").await.expect(200).body), expected);
    }
});

/// Returns an APNG with two frames and a number of repetitions.
fn moving_png(plays: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 200, 100);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(2, plays).unwrap();
    encoder.set_frame_delay(12, 100).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for shade in [10, 200] {
        writer.write_image_data(&vec![shade; 200 * 100 * 3]).unwrap();
    }
    writer.finish().unwrap();
    file
}
