//! Draws the picture: frequency responses on the left, noise on the right.

use crate::spectrum::Curve;
use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use std::path::Path;
use tiny_skia::{Color, Paint, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke, Transform};

const WIDTH: u32 = 1_800;
const HEIGHT: u32 = 860;
const TEXT: f32 = 19.0;
const INK: [u8; 3] = [24, 28, 36];
const FAINT: [u8; 3] = [92, 100, 114];
const GRID: [u8; 3] = [214, 218, 226];
const PANEL: [u8; 3] = [247, 248, 250];
/// The colours of the curves, in their order.
const COLOURS: [[u8; 3]; 7] = [
    [140, 150, 165],
    [20, 98, 190],
    [20, 130, 80],
    [225, 150, 20],
    [205, 60, 60],
    [140, 70, 170],
    [120, 84, 60],
];

/// A panel: its place, and the ranges of its axes.
struct Panel {
    left: f32,
    title: &'static str,
    khz: (f64, f64),
    khz_step: f64,
    db: (f64, f64),
}

const TOP: f32 = 110.0;
const PANEL_WIDTH: f32 = 760.0;
const PANEL_HEIGHT: f32 = 640.0;
const PANELS: [Panel; 2] = [
    Panel {
        left: 90.0,
        title: "Response, 44.1 to 48 kHz (images from 22.05 kHz on)",
        khz: (19.0, 24.0),
        khz_step: 0.5,
        db: (-180.0, 10.0),
    },
    Panel {
        left: 980.0,
        title: "What a tone of 997 Hz is joined by, in bands of 35 Hz",
        khz: (0.0, 24.0),
        khz_step: 2.0,
        db: (-200.0, -130.0),
    },
];

/// Draws name, response and noise of each converter into a PNG file.
pub fn draw(curves: &[(&str, &Curve, &Curve)], path: &Path) {
    let mut picture = Picture::new();
    for panel in &PANELS {
        picture.axes(panel);
    }
    for ((name, response, noise), (number, colour)) in
        curves.iter().zip(COLOURS.into_iter().enumerate())
    {
        picture.curve(&PANELS[0], response, colour);
        picture.curve(&PANELS[1], noise, colour);
        let x = PANELS[0].left + number as f32 * 240.0;
        picture.rect(x, 26.0, 34.0, 5.0, colour);
        picture.text(x + 42.0, 36.0, name, 0.0, INK);
    }
    let png = picture
        .pixmap
        .encode_png()
        .expect("a picture can be encoded");
    std::fs::write(path, png).expect("the target folder can be written to");
}

struct Picture {
    pixmap: Pixmap,
    font: FontRef<'static>,
}

impl Picture {
    fn new() -> Picture {
        let mut pixmap = Pixmap::new(WIDTH, HEIGHT).expect("it is small");
        pixmap.fill(Color::WHITE);
        let font = FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT).expect("a font");
        Picture { pixmap, font }
    }

    fn axes(&mut self, panel: &Panel) {
        let bottom = TOP + PANEL_HEIGHT;
        self.text(panel.left, TOP - 18.0, panel.title, 0.0, INK);
        self.rect(panel.left, TOP, PANEL_WIDTH, PANEL_HEIGHT, PANEL);
        let mut khz = panel.khz.0;
        while khz <= panel.khz.1 {
            let x = panel.x(khz);
            self.rect(x, TOP, 1.0, PANEL_HEIGHT, GRID);
            self.text(x, bottom + 28.0, &khz.to_string(), 0.5, FAINT);
            khz += panel.khz_step;
        }
        self.text(
            panel.left + PANEL_WIDTH / 2.0,
            bottom + 62.0,
            "kHz",
            0.5,
            FAINT,
        );
        let mut db = (panel.db.0 / 10.0).ceil() * 10.0;
        while db <= panel.db.1 {
            let y = panel.y(db);
            self.rect(panel.left, y, PANEL_WIDTH, 1.0, GRID);
            self.text(panel.left - 10.0, y + 6.0, &format!("{db} dB"), 1.0, FAINT);
            db += 10.0;
        }
    }

    fn curve(&mut self, panel: &Panel, curve: &Curve, colour: [u8; 3]) {
        let mut path = PathBuilder::new();
        for (n, (hz, db)) in curve.iter().enumerate() {
            let (x, y) = (
                panel.x(hz / 1_000.0),
                panel.y(db.clamp(panel.db.0, panel.db.1)),
            );
            if n == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
        let stroke = Stroke {
            width: 2.2,
            ..Stroke::default()
        };
        let path = path.finish().expect("a curve has points");
        self.pixmap
            .stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
    }

    fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, colour: [u8; 3]) {
        let rect = Rect::from_xywh(x, y, width, height).expect("it has an area");
        self.pixmap
            .fill_rect(rect, &paint(colour), Transform::identity(), None);
    }

    /// A line of text with its base line at `y`. `before`: the part of its width that is left of `x`.
    fn text(&mut self, x: f32, y: f32, text: &str, before: f32, colour: [u8; 3]) {
        let scale = PxScale::from(TEXT);
        let advance = |c| self.font.as_scaled(scale).h_advance(self.font.glyph_id(c));
        let mut x = x - before * text.chars().map(advance).sum::<f32>();
        for c in text.chars() {
            let id = self.font.glyph_id(c);
            let outline = self
                .font
                .outline_glyph(id.with_scale_and_position(scale, point(x, y)));
            x += self.font.as_scaled(scale).h_advance(id);
            let Some(outline) = outline else { continue };
            let corner = outline.px_bounds().min;
            let pixmap = &mut self.pixmap;
            outline.draw(|px, py, coverage| {
                let at = (corner.y as u32 + py) * WIDTH + corner.x as u32 + px;
                let pixel = &mut pixmap.pixels_mut()[at as usize];
                let mix = |below: u8, above: u8| {
                    let (below, above) = (f32::from(below), f32::from(above));
                    (below + (above - below) * coverage.min(1.0)).round() as u8
                };
                let [r, g, b] = colour;
                let (r, g, b) = (
                    mix(pixel.red(), r),
                    mix(pixel.green(), g),
                    mix(pixel.blue(), b),
                );
                *pixel = PremultipliedColorU8::from_rgba(r, g, b, 255).expect("it is opaque");
            });
        }
    }
}

impl Panel {
    fn x(&self, khz: f64) -> f32 {
        let (low, high) = self.khz;
        self.left + PANEL_WIDTH * ((khz - low) / (high - low)) as f32
    }

    fn y(&self, db: f64) -> f32 {
        let (low, high) = self.db;
        TOP + PANEL_HEIGHT * ((high - db) / (high - low)) as f32
    }
}

fn paint([r, g, b]: [u8; 3]) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(r, g, b, 255);
    paint.anti_alias = true;
    paint
}
