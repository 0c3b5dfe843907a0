//! The portraits of the demo newsroom's authors: simple shapes, with a different face for each.

use super::canvas::{Canvas, ink};

/// The width and height of a portrait, in pixels.
pub(super) const SIDE: i32 = 800;

/// The features of a face.
pub(super) struct Face {
    pub(super) wall: (u32, u32),
    pub(super) skin: u32,
    pub(super) hair: u32,
    pub(super) coat: u32,
    pub(super) style: Style,
    pub(super) glasses: bool,
}

/// A hairstyle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Shoulder-length.
    Long,
    /// Short.
    Short,
    /// Tied in a knot.
    Knot,
    /// Short, with a beard.
    Beard,
    /// Round and full.
    Full,
}

/// Draws a face.
pub(super) fn portrait(canvas: &mut Canvas, face: &Face) {
    let (skin, hair) = (ink(face.skin), ink(face.hair));
    canvas.gradient(0, SIDE, ink(face.wall.0), ink(face.wall.1));
    match face.style {
        Style::Long => canvas.ellipse((400, 420), 190, 260, hair),
        Style::Full => canvas.disc((400, 300), 220, hair),
        Style::Knot => canvas.disc((400, 140), 66, hair),
        Style::Short | Style::Beard => {}
    }
    canvas.ellipse((400, 830), 300, 240, ink(face.coat));
    canvas.polygon(&[(330, 590), (470, 590), (440, 690), (400, 720), (360, 690)], skin.towards(ink(0), 1, 9));
    canvas.rect((345, 480), 110, 130, skin.towards(ink(0), 1, 9));
    canvas.ellipse((400, 372), 138, 172, skin);
    canvas.ellipse((266, 384), 22, 36, skin);
    canvas.ellipse((534, 384), 22, 36, skin);
    if face.style == Style::Beard {
        canvas.ellipse((400, 480), 118, 84, hair);
        canvas.ellipse((400, 410), 104, 70, skin);
    }
    fringe(canvas, face);
    features(canvas, face);
}

fn fringe(canvas: &mut Canvas, face: &Face) {
    let hair = ink(face.hair);
    canvas.ellipse((400, 232), 142, 66, hair);
    canvas.polygon(&[(262, 240), (330, 196), (300, 330), (266, 372)], hair);
    canvas.polygon(&[(538, 240), (470, 196), (500, 330), (534, 372)], hair);
}

fn features(canvas: &mut Canvas, face: &Face) {
    for eye in [346, 454] {
        canvas.ellipse((eye, 372), 20, 11, ink(0x00fb_f8f2));
        canvas.disc((eye, 372), 10, ink(0x0030_2620));
        canvas.stroke((eye - 28, 340), (eye + 28, 336), 8, ink(face.hair));
        if face.glasses {
            for (x, y, width, height) in [(eye - 42, 346, 84, 5), (eye - 42, 400, 84, 5), (eye - 42, 346, 5, 58), (eye + 37, 346, 5, 58)] {
                canvas.rect((x, y), width, height, ink(0x0020_2226));
            }
        }
    }
    canvas.polygon(&[(396, 380), (420, 436), (386, 436)], ink(face.skin).towards(ink(0), 1, 7));
    canvas.ellipse((400, 476), 48, 15, ink(0x00a8_4a44));
    canvas.ellipse((400, 468), 50, 11, ink(face.skin));
}
