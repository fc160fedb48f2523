//! Pictures of pixels: PNG.

use super::canvas::{Anchor, Canvas, Paint, Rgb, Shape};
use crate::failure::{Failure, Result};
use ab_glyph::{Font, PxScale, ScaleFont, point};
use tiny_skia::{
    Color, FillRule, Path, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Transform,
};

/// Draws the shapes into pixels, and encodes them.
pub fn png(canvas: &Canvas) -> Result<Vec<u8>> {
    let (width, height) = (canvas.width, canvas.height);
    let pixmap = Pixmap::new(width, height).ok_or_else(|| {
        Failure::Runtime(format!(
            "a picture of {width} x {height} pixels is too large"
        ))
    })?;
    let mut raster = Raster { pixmap, canvas };
    let Rgb(r, g, b) = canvas.background;
    raster.pixmap.fill(Color::from_rgba8(r, g, b, 255));
    for shape in &canvas.shapes {
        match shape {
            Shape::Rect([x, y, width, height], paint) => {
                if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                    let paint = of(*paint);
                    raster
                        .pixmap
                        .fill_rect(rect, &paint, Transform::identity(), None);
                }
            }
            Shape::RoundRect(place, radius, paint) => raster.fill(rounded(*place, *radius), *paint),
            Shape::Polygon(corners, paint) => raster.fill(polygon(corners), *paint),
            Shape::Text {
                point,
                text,
                size,
                anchor,
                colour,
            } => raster.text(*point, text, *size, *anchor, *colour),
        }
    }
    raster
        .pixmap
        .encode_png()
        .map_err(|e| Failure::of("PNG", e))
}

struct Raster<'a> {
    pixmap: Pixmap,
    canvas: &'a Canvas,
}

impl Raster<'_> {
    fn fill(&mut self, path: Option<Path>, paint: Paint) {
        if let Some(path) = path {
            let transform = Transform::identity();
            let rule = FillRule::Winding;
            self.pixmap
                .fill_path(&path, &of(paint), rule, transform, None);
        }
    }

    fn text(&mut self, [x, y]: [f32; 2], text: &str, size: f32, anchor: Anchor, colour: Rgb) {
        let (font, scale) = (&self.canvas.font, PxScale::from(size));
        let mut x = match anchor {
            Anchor::Left => x,
            Anchor::Centre => x - self.canvas.text_width(text, size) / 2.0,
            Anchor::Right => x - self.canvas.text_width(text, size),
        };
        for c in text.chars() {
            let id = font.glyph_id(c);
            let glyph = id.with_scale_and_position(scale, point(x, y));
            x += font.as_scaled(scale).h_advance(id);
            let Some(outline) = font.outline_glyph(glyph) else {
                continue;
            };
            let bounds = outline.px_bounds();
            let (left, top) = (bounds.min.x as i64, bounds.min.y as i64);
            outline.draw(|px, py, coverage| {
                self.blend(left + i64::from(px), top + i64::from(py), coverage, colour);
            });
        }
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
        // Opaque pixels are the same with and without premultiplied alpha.
        *pixel = mixed.unwrap_or(*pixel);
    }
}

fn rounded([x, y, width, height]: [f32; 4], r: f32) -> Option<Path> {
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
    path.finish()
}

fn polygon(corners: &[[f32; 2]]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (first, others) = corners.split_first()?;
    path.move_to(first[0], first[1]);
    others.iter().for_each(|[x, y]| path.line_to(*x, *y));
    path.close();
    path.finish()
}

fn of(paint: Paint) -> tiny_skia::Paint<'static> {
    let Rgb(r, g, b) = paint.colour;
    let alpha = (paint.alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
    let mut painted = tiny_skia::Paint::default();
    painted.set_color_rgba8(r, g, b, alpha);
    painted
}
