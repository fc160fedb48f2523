//! A picture as a list of shapes and texts, in pixels from its upper left corner. [`raster`](super::raster)
//! makes pixels of it, [`svg`](super::svg) writes the shapes.

use crate::failure::{Failure, Result};
use ab_glyph::{Font, FontRef, PxScale, ScaleFont};

/// An opaque colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The point of a text that its x coordinate gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Left,
    Centre,
    Right,
}

/// What fills a shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paint {
    pub colour: Rgb,
    pub alpha: f32,
}

/// A shape; later shapes cover earlier ones.
pub enum Shape {
    /// Left, top, width, height.
    Rect([f32; 4], Paint),
    /// The same with round corners of this radius.
    RoundRect([f32; 4], f32, Paint),
    /// The corners of an area.
    Polygon(Vec<[f32; 2]>, Paint),
    /// A line of text; the point is on its base line.
    Text {
        point: [f32; 2],
        text: String,
        size: f32,
        anchor: Anchor,
        colour: Rgb,
    },
}

/// A picture that is being drawn.
pub struct Canvas {
    pub width: u32,
    pub height: u32,
    pub background: Rgb,
    pub shapes: Vec<Shape>,
    pub font: FontRef<'static>,
}

impl Canvas {
    /// A picture of one colour.
    pub fn new(width: u32, height: u32, background: Rgb) -> Result<Canvas> {
        let font = FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT)
            .map_err(|e| Failure::of("built-in font", e))?;
        Ok(Canvas {
            width,
            height,
            background,
            shapes: Vec::new(),
            font,
        })
    }

    /// A filled rectangle; one that is thinner than a pixel is drawn fainter.
    pub fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Rgb, alpha: f32) {
        let paint = Paint { colour, alpha };
        self.shapes.push(Shape::Rect([x, y, width, height], paint));
    }

    /// A filled rectangle with round corners.
    pub fn round_rect(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Rgb, alpha: f32) {
        let radius = 4f32.min(width / 2.0).min(height / 2.0);
        let paint = Paint { colour, alpha };
        self.shapes
            .push(Shape::RoundRect([x, y, width, height], radius, paint));
    }

    /// A filled area between corners.
    pub fn polygon(&mut self, corners: Vec<[f32; 2]>, colour: Rgb, alpha: f32) {
        self.shapes
            .push(Shape::Polygon(corners, Paint { colour, alpha }));
    }

    /// The width of a text.
    pub fn text_width(&self, text: &str, size: f32) -> f32 {
        let font = self.font.as_scaled(PxScale::from(size));
        text.chars().map(|c| font.h_advance(font.glyph_id(c))).sum()
    }

    /// A line of text; `y` is its base line.
    pub fn text(&mut self, x: f32, y: f32, text: &str, size: f32, anchor: Anchor, colour: Rgb) {
        self.shapes.push(Shape::Text {
            point: [x, y],
            text: text.to_owned(),
            size,
            anchor,
            colour,
        });
    }

    /// The text, shortened so that it fits into a width.
    pub fn fitting(&self, text: &str, size: f32, width: f32) -> String {
        let mut kept = text.to_owned();
        while self.text_width(&kept, size) > width && kept.pop().is_some() {}
        if kept.len() < text.len() {
            kept.pop();
            kept.push('…');
        }
        kept
    }
}
