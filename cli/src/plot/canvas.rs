//! Shapes and text on a picture, in pixels from its upper left corner.

use crate::failure::{Failure, Result};
use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use tiny_skia::{
    Color, FillRule, Paint, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Transform,
};

/// An opaque colour: red, green, blue.
#[derive(Clone, Copy)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Which point of a text is given.
#[derive(Clone, Copy)]
pub enum Anchor {
    Left,
    Centre,
    Right,
}

/// A picture that is being drawn.
pub struct Canvas {
    pixmap: Pixmap,
    font: FontRef<'static>,
}

impl Canvas {
    /// A picture of one colour.
    pub fn new(width: u32, height: u32, background: Rgb) -> Result<Canvas> {
        let mut pixmap = Pixmap::new(width, height).ok_or_else(|| {
            Failure::Runtime(format!(
                "a picture of {width} x {height} pixels is too large"
            ))
        })?;
        let Rgb(r, g, b) = background;
        pixmap.fill(Color::from_rgba8(r, g, b, 255));
        let font = FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT)
            .map_err(|e| Failure::of("built-in font", e))?;
        Ok(Canvas { pixmap, font })
    }

    /// A filled rectangle; what is thinner than a pixel is drawn as fainter.
    pub fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Rgb, alpha: f32) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            let paint = paint(colour, alpha);
            self.pixmap
                .fill_rect(rect, &paint, Transform::identity(), None);
        }
    }

    /// A filled rectangle with round corners.
    pub fn round_rect(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Rgb, alpha: f32) {
        let r = 4f32.min(width / 2.0).min(height / 2.0);
        let (right, bottom) = (x + width, y + height);
        let mut path = PathBuilder::new();
        path.move_to(x + r, y);
        path.line_to(right - r, y);
        path.quad_to(right, y, right, y + r);
        path.line_to(right, bottom - r);
        path.quad_to(right, bottom, right - r, bottom);
        path.line_to(x + r, bottom);
        path.quad_to(x, bottom, x, bottom - r);
        path.line_to(x, y + r);
        path.quad_to(x, y, x + r, y);
        path.close();
        if let Some(path) = path.finish() {
            let paint = paint(colour, alpha);
            self.pixmap.fill_path(
                &path,
                &paint,
                FillRule::Winding,
                Transform::identity(),
                None,
            );
        }
    }

    /// How wide a text is.
    pub fn text_width(&self, text: &str, size: f32) -> f32 {
        let font = self.font.as_scaled(PxScale::from(size));
        text.chars().map(|c| font.h_advance(font.glyph_id(c))).sum()
    }

    /// A line of text; `y` is its base line.
    pub fn text(&mut self, x: f32, y: f32, text: &str, size: f32, anchor: Anchor, colour: Rgb) {
        let scale = PxScale::from(size);
        let mut x = match anchor {
            Anchor::Left => x,
            Anchor::Centre => x - self.text_width(text, size) / 2.0,
            Anchor::Right => x - self.text_width(text, size),
        };
        for c in text.chars() {
            let id = self.font.glyph_id(c);
            let glyph = id.with_scale_and_position(scale, point(x, y));
            x += self.font.as_scaled(scale).h_advance(id);
            let Some(outline) = self.font.outline_glyph(glyph) else {
                continue;
            };
            let bounds = outline.px_bounds();
            let (left, top) = (bounds.min.x as i64, bounds.min.y as i64);
            outline.draw(|px, py, coverage| {
                self.blend(left + i64::from(px), top + i64::from(py), coverage, colour);
            });
        }
    }

    /// Writes the picture as PNG.
    pub fn png(&self) -> Result<Vec<u8>> {
        self.pixmap.encode_png().map_err(|e| Failure::of("PNG", e))
    }

    fn blend(&mut self, x: i64, y: i64, coverage: f32, colour: Rgb) {
        let (width, height) = (
            i64::from(self.pixmap.width()),
            i64::from(self.pixmap.height()),
        );
        if !(0..width).contains(&x) || !(0..height).contains(&y) {
            return;
        }
        let pixel = &mut self.pixmap.pixels_mut()[(y * width + x) as usize];
        let mix = |below: u8, above: u8| {
            let (below, above) = (f32::from(below), f32::from(above));
            (below + (above - below) * coverage.clamp(0.0, 1.0)).round() as u8
        };
        let Rgb(r, g, b) = colour;
        let mixed = PremultipliedColorU8::from_rgba(
            mix(pixel.red(), r),
            mix(pixel.green(), g),
            mix(pixel.blue(), b),
            255,
        );
        // Opaque pixels are premultiplied pixels.
        *pixel = mixed.unwrap_or(*pixel);
    }
}

fn paint(Rgb(r, g, b): Rgb, alpha: f32) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(r, g, b, (alpha.clamp(0.0, 1.0) * 255.0).round() as u8);
    paint
}
