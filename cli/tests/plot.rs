//! `amio plot`: a picture of the right size in which something is to be seen.

use crate::common::Folder;
use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;

struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn open(folder: &Folder, name: &str) -> Picture {
        let file = File::open(folder.0.join(name)).expect("a picture");
        let mut reader = png::Decoder::new(BufReader::new(file))
            .read_info()
            .expect("PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut bytes).expect("complete");
        assert_eq!(
            (info.color_type, info.bit_depth),
            (png::ColorType::Rgba, png::BitDepth::Eight)
        );
        Picture {
            width: info.width as usize,
            height: info.height as usize,
            pixels: bytes.chunks_exact(4).map(|p| [p[0], p[1], p[2]]).collect(),
        }
    }

    fn count(&self, matches: impl Fn([u8; 3]) -> bool) -> usize {
        self.pixels.iter().filter(|p| matches(**p)).count()
    }

    /// The columns in which a colour is seen.
    fn columns(&self, matches: impl Fn([u8; 3]) -> bool) -> Vec<usize> {
        let seen = |x: &usize| (0..self.height).any(|y| matches(self.pixels[y * self.width + x]));
        (0..self.width).filter(seen).collect()
    }
}

#[test]
fn the_picture_shows_bars_swaps_and_the_waveform_where_they_belong() {
    let folder = Folder::new("plot");
    folder.write(
        "a.toml",
        r#"
        rate = 48_000
        length = "2s"
        [clips]
        low = { tone_hz = 220, length = "400ms" }
        high = { tone_hz = 880, length = "200ms" }
        [[playspec.one]]
        clip = "low"
        play_at = "500ms"
        [[playspec.two]]
        clip = "high"
        play_at = 0
        [[swap]]
        playspec = "one"
        insert_at = 0
        [[swap]]
        playspec = "two"
        insert_at = "1s"
        "#,
    );
    folder.succeed(&["plot", "a.toml", "-o", "a.png", "--width", "1230"]);
    let picture = Picture::open(&folder, "a.png");
    assert_eq!(picture.width, 1_230);
    assert!((300..700).contains(&picture.height), "{}", picture.height);

    // 1,000 pixels of 1230 are for 2 s, from column 190 on; so the second swap is at 690.
    let red = |[r, g, b]: [u8; 3]| r > 180 && g < 100 && b < 120;
    let near = |column: usize, columns: &[usize]| columns.iter().any(|c| c.abs_diff(column) <= 2);
    let swaps = picture.columns(red);
    assert!(near(190, &swaps) && near(690, &swaps), "{swaps:?}");

    let wave = picture.columns(|pixel| pixel == [58, 92, 150]);
    let first = wave.first().copied().unwrap_or_default();
    assert!(
        first.abs_diff(190) <= 1,
        "the line of silence begins at {first}"
    );
    let loud = |x: usize| {
        (0..picture.height)
            .filter(|y| picture.pixels[y * picture.width + x] == [58, 92, 150])
            .count()
    };
    // `low` sounds from 440 to 640, `high` from 690 to 790; silence is one pixel for each output.
    for (column, silent) in [
        (300, true),
        (460, false),
        (660, true),
        (705, false),
        (1_000, true),
    ] {
        assert_eq!(
            loud(column) <= 4,
            silent,
            "column {column}: {} pixels",
            loud(column)
        );
    }

    let mut colours: HashMap<[u8; 3], usize> = HashMap::new();
    for pixel in &picture.pixels {
        *colours.entry(*pixel).or_default() += 1;
    }
    assert!(
        colours.len() > 50,
        "text is smooth: {} colours",
        colours.len()
    );
    assert!(
        picture.count(|p| p == [255, 255, 255]) > picture.pixels.len() / 4,
        "room to breathe"
    );
}

#[test]
fn an_arrangement_of_many_channels_and_repeats_is_drawn() {
    let folder = Folder::new("plot_many");
    folder.write(
        "a.toml",
        "rate = 8000\nchannels = 16\nlength = '60s'\n[clips]\nc = { tone_hz = [800, 90], length = 70 }\n\
         [[playspec.p]]\nclip = 'c'\nplay_at = -30\nrepeat_every = '99/7'\nfirst_output = 14\n",
    );
    folder.succeed(&["plot", "a.toml", "-o", "a.png"]);
    assert_eq!(Picture::open(&folder, "a.png").width, 1_600);
}

#[test]
fn a_file_is_drawn_as_loud_as_it_is_where_it_is() {
    let folder = Folder::new("plot_file");
    // Silence, half of full scale, silence, full scale: a second each.
    let samples: Vec<i16> = (0..32_000)
        .map(|n| match n / 8_000 {
            1 => [16_384, -16_384][n % 2],
            3 => [i16::MAX, i16::MIN][n % 2],
            _ => 0,
        })
        .collect();
    folder.write_i16("a.wav", 1, 8_000, &samples);
    folder.succeed(&["plot", "a.wav", "-o", "a.png", "--width", "1170"]);
    let picture = Picture::open(&folder, "a.png");
    assert_eq!(picture.width, 1_170);

    // 1,000 pixels are for 4 s, from column 130 on; full scale is 132 pixels from the middle.
    let wave = |p: [u8; 3]| p == [58, 92, 150];
    let height = |x: usize| {
        (0..picture.height)
            .filter(|y| wave(picture.pixels[y * picture.width + x]))
            .count()
    };
    for (column, expected) in [(200, 1), (500, 132), (700, 1), (1_000, 264)] {
        assert!(
            height(column).abs_diff(expected) <= 2,
            "column {column}: {}",
            height(column)
        );
    }
    let marks = picture.columns(|p| p == [208, 32, 48]);
    let over: Vec<_> = marks.iter().filter(|x| (880..1_130).contains(*x)).collect();
    assert_eq!(
        over.len(),
        250,
        "each column of the last second has its mark"
    );
    assert!(
        marks.iter().all(|x| *x >= 880 || *x < 600),
        "and the legend has one: {marks:?}"
    );
}

#[test]
fn a_file_of_many_channels_and_one_of_a_single_frame_are_drawn() {
    let folder = Folder::new("plot_files");
    folder.write_i16("many.wav", 64, 1_000, &[100; 64 * 50]);
    folder.write_i16("one.wav", 1, 48_000, &[-20_000]);
    for name in ["many", "one"] {
        let (wav, png) = (format!("{name}.wav"), format!("{name}.png"));
        folder.succeed(&["plot", &wav, "-o", &png, "--width", "400"]);
        assert_eq!(Picture::open(&folder, &png).width, 400);
    }
}

#[test]
fn an_arrangement_is_known_by_its_name_or_its_words() {
    let folder = Folder::new("plot_kinds");
    let text = "rate = 8000\n[clips]\nc = { tone_hz = 800, length = 70 }\n\
                [[playspec.p]]\nclip = 'c'\nplay_at = 0\n";
    folder.write("song", text);
    folder.succeed(&["plot", "song", "-o", "song.png"]);
    folder.write("broken.toml", "RIFF");
    let ran = folder.run(&["plot", "broken.toml", "-o", "broken.png"]);
    assert!(
        ran.stderr.starts_with("amio: broken.toml:1:"),
        "{}",
        ran.stderr
    );
    let ran = folder.run(&["plot", "none.wav", "-o", "none.png"]);
    assert!(
        ran.stderr.starts_with("amio: none.wav: No such file"),
        "{}",
        ran.stderr
    );
}
