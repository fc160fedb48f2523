//! `amio plot`: the pictures have the right size, and show the right things at the right places.

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

    /// The columns of pixels that have a pixel of a colour.
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
    assert!((300..800).contains(&picture.height), "{}", picture.height);

    // Of 1230 pixels, 1,000 show the 2 s, from column 190 on; so the second swap is at column 690.
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
    // `low` sounds from column 440 to 640, `high` from 690 to 790; silence is a line of one pixel for each
    // output.
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
    // One second each of silence, half of full scale, silence and full scale.
    let samples: Vec<i16> = (0..32_000)
        .map(|n| match n / 8_000 {
            1 => [16_384, -16_384][n % 2],
            3 => [i16::MAX, i16::MIN][n % 2],
            _ => 0,
        })
        .collect();
    folder.write_i16("a.wav", 1, 8_000, &samples);
    folder.succeed(&["plot", "a.wav", "-o", "a.png", "--width", "1230"]);
    let picture = Picture::open(&folder, "a.png");
    assert_eq!(picture.width, 1_230);

    // 1,000 pixels show the 4 s, from column 190 on; full scale is 132 pixels from the middle.
    let wave = |p: [u8; 3]| p == [58, 92, 150];
    let height = |x: usize| {
        (0..picture.height)
            .filter(|y| wave(picture.pixels[y * picture.width + x]))
            .count()
    };
    for (column, expected) in [(260, 1), (560, 132), (760, 1), (1_060, 264)] {
        assert!(
            height(column).abs_diff(expected) <= 2,
            "column {column}: {}",
            height(column)
        );
    }
    let marks = picture.columns(|p| p == [208, 32, 48]);
    let over: Vec<_> = marks.iter().filter(|x| (940..1_190).contains(*x)).collect();
    assert_eq!(
        over.len(),
        250,
        "each column of the last second has its mark"
    );
    assert!(
        marks.iter().all(|x| *x >= 940 || *x < 660),
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

/// A picture as text.
fn svg(folder: &Folder, args: &[&str]) -> String {
    let ran = folder.succeed(&[&["plot", "--format", "svg", "-o", "-"], args].concat());
    assert!(ran.stdout.starts_with("<svg ") && ran.stdout.ends_with("</svg>\n"));
    ran.stdout
}

const SONG: &str = "rate = 48_000\nlength = '3s'\n[clips]\n'a <&> b' = { tone_hz = 220, length = '1s' }\n\
                    [[playspec.p]]\nclip = 'a <&> b'\nplay_at = '1s'\nfade_in = '200ms'\ngain = 0.5\n";

#[test]
fn an_svg_picture_is_xml_with_the_same_words() {
    let folder = Folder::new("plot_svg");
    folder.write("a.toml", SONG);
    folder.write_i16("a.wav", 2, 48_000, &[1_000; 4_800]);
    for input in ["a.toml", "a.wav"] {
        let text = svg(&folder, &[input]);
        let picture = roxmltree::Document::parse(&text).expect("XML");
        let texts = picture
            .descendants()
            .filter(|node| node.has_tag_name("text"));
        let words: Vec<&str> = texts.filter_map(|node| node.text()).collect();
        let expected: &[&str] = match input {
            "a.toml" => &[
                "p: a <&> b",
                "a <&> b @ 48,000, -6.0 dB",
                "output 1",
                "2.0 s",
                "-6 dBFS",
            ],
            _ => &[
                "channel 1",
                "peak -30.3 dBFS",
                "frame",
                "-36 dBFS",
                "0.020 s",
            ],
        };
        for expected in expected {
            assert!(words.contains(expected), "{expected}: {words:?}");
        }
    }
    // An existing picture is replaced; the suffix .png gives pixels.
    folder.succeed(&["plot", "a.wav", "-o", "a.svg"]);
    folder.succeed(&["plot", "a.wav", "-o", "a.png"]);
    Picture::open(&folder, "a.png");
}

#[test]
fn a_part_is_drawn_by_frames_or_seconds() {
    let folder = Folder::new("plot_part");
    folder.write("a.toml", SONG);
    let samples: Vec<i16> = (0..48_000)
        .map(|n| if n == 30_000 { 20_000 } else { 100 })
        .collect();
    folder.write_i16("a.wav", 1, 48_000, &samples);
    for (input, from, to) in [("a.toml", "50000", "52400"), ("a.wav", "29000", "31400")] {
        let by_frames = svg(&folder, &[input, "--from", from, "--to", to]);
        let seconds = |frames: &str| {
            let frames: f64 = frames.parse().expect("a number");
            format!("{}s", frames / 48_000.0)
        };
        let by_seconds = svg(
            &folder,
            &[input, "--from", &seconds(from), "--to", &seconds(to)],
        );
        assert!(by_frames == by_seconds, "{input}");
        assert!(by_frames.contains(">50,200<") || by_frames.contains(">30,000<"));
        assert!(!by_frames.contains(">0<"), "only marks of the part");
    }
    // The loud sample is in the middle of one part, and in no other part.
    let peak = |args: &[&str]| svg(&folder, args).contains("peak -4.3 dBFS");
    assert!(peak(&["a.wav", "--from", "29000", "--to", "31000"]));
    assert!(peak(&["a.wav", "--from", "30000", "--to", "30001"]));
    assert!(!peak(&["a.wav", "--from", "30001"]));
    assert!(!peak(&["a.wav", "--to", "30000"]));
    folder.succeed(&[
        "plot", "a.wav", "-o", "a.png", "--width", "1230", "--from", "29500", "--to", "30500",
    ]);
    let picture = Picture::open(&folder, "a.png");
    let range = |p: [u8; 3]| p == [164, 186, 222] || p == [58, 92, 150];
    let tall = |x: usize| {
        (0..picture.height)
            .filter(|y| range(picture.pixels[y * picture.width + x]))
            .count()
            > 50
    };
    let found: Vec<usize> = (190..1_190).filter(|x| tall(*x)).collect();
    assert!(
        found.iter().all(|x| x.abs_diff(690) <= 2) && !found.is_empty(),
        "{found:?}"
    );

    for (args, words) in [
        (
            &["a.wav", "--from", "48000"][..],
            "--from is frame 48000; it must be 0 to 47999",
        ),
        (
            &["a.wav", "--from", "-1"],
            "--from is frame -1; it must be 0 to 47999",
        ),
        (
            &["a.wav", "--to", "0"],
            "--to is frame 0; it must be 1 to 48000",
        ),
        (
            &["a.wav", "--from", "0.5s", "--to", "0.5s"],
            "--to is frame 24000; it must be 24001 to 48000",
        ),
        (
            &["a.toml", "--to", "4s"],
            "--to is frame 192000; it must be 1 to 144000",
        ),
        (&["a.toml", "--to", "soon"], "--to"),
    ] {
        let ran = folder.run(&[&["plot", "-o", "b.png"], args].concat());
        assert_eq!(ran.code, Some(2), "{args:?}");
        assert!(ran.stderr.contains(words), "{args:?}: {}", ran.stderr);
    }
    folder.write_i16("nothing.wav", 1, 48_000, &[]);
    folder.succeed(&["plot", "nothing.wav", "-o", "b.png"]);
    let ran = folder.run(&["plot", "nothing.wav", "-o", "b.png", "--from", "0"]);
    assert!(ran.stderr.contains("has no frames"), "{}", ran.stderr);
}

#[test]
fn an_arrangement_without_end_is_drawn_up_to_a_frame() {
    let folder = Folder::new("plot_endless");
    let endless = "rate = 48000\n[clips]\nc = { tone_hz = 440, length = 100 }\n\
                   [[playspec.p]]\nclip = 'c'\nplay_at = 0\nrepeat_every = 200\n";
    folder.write("endless.toml", endless);
    // The pictures are equal except for the arrangement's name, and show the same length.
    let part = |name: &str| svg(&folder, &[name, "--from", "1s", "--to", "1.5s"]);
    folder.write("bounded.toml", &format!("length = '1.5s'\n{endless}"));
    assert!(part("endless.toml").replace("endless", "bounded") == part("bounded.toml"));
    for (args, words) in [
        (&["endless.toml"][..], "an entry repeats without end"),
        (
            &["endless.toml", "--to", "0"],
            "--to is frame 0; it must be 1 to",
        ),
        (
            &["endless.toml", "--from", "5", "--to", "5"],
            "--to is frame 5; it must be 6 to",
        ),
    ] {
        let ran = folder.run(&[&["plot", "-o", "b.png"], args].concat());
        assert!(ran.stderr.contains(words), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn fades_are_paler_than_the_rest_of_a_bar() {
    let folder = Folder::new("plot_fades");
    folder.write("a.toml", SONG);
    folder.succeed(&["plot", "a.toml", "-o", "a.png", "--width", "1130"]);
    let picture = Picture::open(&folder, "a.png");
    // 900 pixels show the 3 s. The bar is from column 490 to 790, and fades in over 60 columns. Its lane
    // begins at row 140.
    let at = |x: usize, y: usize| picture.pixels[y * picture.width + x];
    let [full, faded] = [at(700, 146), at(495, 146)];
    let light = |p: [u8; 3]| p.iter().map(|c| u32::from(*c)).sum::<u32>();
    assert!(light(faded) > light(full) + 100, "{faded:?}, {full:?}");
    // Below the slope of the fade, the bar is as dark as elsewhere.
    assert_eq!(at(545, 165), full);
}
