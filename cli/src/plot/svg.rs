//! Pictures as SVG 1.1. Text stays text: a viewer that does not have the font takes another one.

use super::canvas::{Anchor, Canvas, Paint, Rgb, Shape};
use std::fmt::Write;

/// Writes a picture as SVG.
pub fn svg(canvas: &Canvas) -> Vec<u8> {
    let (width, height) = (canvas.width, canvas.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"Ubuntu, 'DejaVu Sans', Arial, sans-serif\" \
         font-weight=\"300\">\n<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
        hex(canvas.background)
    );
    let mut areas = Areas::default();
    for shape in &canvas.shapes {
        match shape {
            Shape::Rect([x, y, width, height], paint) => {
                let area = format!("M{x:.2} {y:.2}h{width:.2}v{height:.2}h-{width:.2}z");
                areas.add(&mut out, *paint, &area);
            }
            Shape::Polygon(corners, paint) => {
                let lines: Vec<String> = corners
                    .iter()
                    .map(|[x, y]| format!("{x:.2} {y:.2}"))
                    .collect();
                areas.add(&mut out, *paint, &format!("M{}z", lines.join("L")));
            }
            Shape::RoundRect([x, y, width, height], radius, paint) => {
                areas.end(&mut out);
                put(
                    &mut out,
                    format_args!(
                        "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" \
                         rx=\"{radius:.2}\"{}/>\n",
                        fill(*paint)
                    ),
                );
            }
            Shape::Text {
                point: [x, y],
                text,
                size,
                anchor,
                colour,
            } => {
                areas.end(&mut out);
                let anchor = match anchor {
                    Anchor::Left => "start",
                    Anchor::Centre => "middle",
                    Anchor::Right => "end",
                };
                put(
                    &mut out,
                    format_args!(
                        "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{:.1}\" text-anchor=\"{anchor}\" \
                         fill=\"{}\">{}</text>\n",
                        // In this font, an em is 0.87 times the height of a line.
                        size * 0.87,
                        hex(*colour),
                        escaped(text)
                    ),
                );
            }
        }
    }
    areas.end(&mut out);
    out.push_str("</svg>\n");
    out.into_bytes()
}

/// Joins successive areas of the same paint into one path: a waveform has thousands of areas.
#[derive(Default)]
struct Areas(Option<(Paint, String)>);

impl Areas {
    fn add(&mut self, out: &mut String, paint: Paint, area: &str) {
        match &mut self.0 {
            Some((before, path)) if *before == paint => path.push_str(area),
            _ => {
                self.end(out);
                self.0 = Some((paint, area.to_owned()));
            }
        }
    }

    fn end(&mut self, out: &mut String) {
        if let Some((paint, path)) = self.0.take() {
            put(out, format_args!("<path d=\"{path}\"{}/>\n", fill(paint)));
        }
    }
}

fn put(out: &mut String, text: std::fmt::Arguments) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

fn hex(Rgb(r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn fill(paint: Paint) -> String {
    let colour = hex(paint.colour);
    match paint.alpha {
        1.0 => format!(" fill=\"{colour}\""),
        alpha => format!(" fill=\"{colour}\" fill-opacity=\"{alpha:.2}\""),
    }
}

/// Text, escaped for XML. Control characters, which XML does not allow, are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(c),
        }
    }
    escaped
}
