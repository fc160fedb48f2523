//! `amio check` and `amio find`: the places that they find are measured, not taken from the arrangement.

use crate::common::Folder;

const ARRANGEMENT: &str = r#"
rate = 48_000
[clips]
voice = { tone_hz = [300, 900], length = "500ms" }
tick = { tone_hz = [7000, 1500], length = "12ms" }
[[playspec.a]]
clip = "tick"
play_at = 0
repeat_every = "180000/7"
gain = 0.2
[[playspec.a]]
clip = "voice"
play_at = 30_011
gain = [1, 0.3]
[[playspec.b]]
clip = "voice"
play_at = 1_000
gain = [0, 0.8]
[[playspec.b]]
clip = "tick"
play_at = 500
repeat_every = 9_000
repeat_count = 3
gain = 0.2
[[swap]]
playspec = "a"
insert_at = 0
[[swap]]
playspec = "b"
insert_at = 99_999
start_from = 400
"#;

fn rendered(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.write("a.toml", ARRANGEMENT);
    folder.succeed(&["render", "a.toml", "-o", "a.wav"]);
    folder
}

#[test]
fn what_was_rendered_is_found_where_it_was_placed() {
    let ran = rendered("check").succeed(&["check", "a.toml", "a.wav"]);
    let mut rows: Vec<&str> = ran.stdout.lines().skip(1).collect();
    let counts = rows.pop().expect("a line of counts");
    assert_eq!(counts, "4 entries, 9 repeats: all where they were placed");
    assert_eq!(rows.len(), 4 + 1 + 1 + 3, "{}", ran.stdout);
    assert!(
        rows.iter().all(|row| row.contains("  ok")),
        "{}",
        ran.stdout
    );
    let voice = rows
        .iter()
        .find(|row| row.starts_with("b.voice"))
        .expect("a row");
    let numbers: Vec<&str> = voice.split_whitespace().collect();
    assert_eq!(numbers[2..4], ["100599", "100599"]);
}

#[test]
fn a_late_swap_is_heard_as_its_policy_says() {
    let folder = Folder::new("check_late");
    let swaps = "[[swap]]\nplayspec = 'a'\ninsert_at = 0\nstart_from = 20_000\n\
                 [[swap]]\nplayspec = 'b'\ninsert_at = 19_900\nstart_from = 300\n";
    let entries = &ARRANGEMENT[..ARRANGEMENT.find("[[swap]]").expect("swaps")];
    // The swap is 100 frames late. b's voice at 1,000 is heard 600 frames after 400, or 700 after 300.
    for (late, row) in [
        ("catch_up", "b.voice       0          600          600"),
        ("slip", "b.voice       0          700          700"),
        ("refuse", "a.voice       0        10011        10011"),
    ] {
        let swaps = format!("position = 0\nlength = '2s'\n{entries}{swaps}late = '{late}'\n");
        folder.write("a.toml", &swaps);
        folder.succeed(&["render", "a.toml", "-o", "a.wav"]);
        let ran = folder.succeed(&["check", "a.toml", "a.wav"]);
        assert!(ran.stdout.contains(row), "{late}: {}", ran.stdout);
    }
}

#[test]
fn one_frame_off_is_wrong() {
    let folder = rendered("check_shifted");
    folder.write("off.toml", &ARRANGEMENT.replace("30_011", "30_012"));
    let ran = folder.run(&["check", "off.toml", "a.wav"]);
    assert_eq!(ran.code, Some(1));
    let wrong: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|row| !row.contains("  ok"))
        .skip(1)
        .collect();
    let [row, other] = wrong[..] else {
        panic!("two rows are wrong: {}", ran.stdout);
    };
    assert!(
        row.contains(" 30012 ") && row.contains(" 30011 ") && row.ends_with("WRONG"),
        "{row}"
    );
    // The other playspec has an entry of the same clip, but not at this place either.
    assert!(
        other.contains(" 30011 ") && other.ends_with("NOT PLACED HERE"),
        "{other}"
    );
}

#[test]
fn what_is_missing_and_what_is_too_much_is_wrong() {
    let folder = rendered("check_missing");
    folder.write(
        "more.toml",
        &ARRANGEMENT.replace("repeat_count = 3", "repeat_count = 4"),
    );
    let longer = folder.run(&["check", "more.toml", "a.wav"]);
    assert_eq!(longer.code, Some(1), "{}", longer.stdout);
    let said = "a.wav: 1 of 4 entries, 1 of 10 repeats: not where they were placed; a lower";
    assert!(longer.stderr.contains(said), "{}", longer.stderr);
    let row = longer.stdout.lines().last().expect("a row");
    assert!(
        row.contains(" 127099 ") && row.ends_with("MISSING"),
        "{row}"
    );
    folder.write(
        "fewer.toml",
        &ARRANGEMENT.replace("repeat_count = 3", "repeat_count = 2"),
    );
    let shorter = folder.run(&["check", "fewer.toml", "a.wav"]);
    assert_eq!(shorter.code, Some(1));
    let said = "4 entries, 8 repeats: all where they were placed; 2 found where none was placed";
    assert!(shorter.stderr.contains(said), "{}", shorter.stderr);
    let row = shorter
        .stdout
        .lines()
        .find(|row| row.ends_with("NOT PLACED HERE"))
        .expect("a row");
    assert!(row.contains(" 118099 "), "{row}");
}

#[test]
fn a_recording_of_another_shape_is_refused() {
    let folder = rendered("check_shape");
    folder.write_i16("mono.wav", 1, 48_000, &[0; 100]);
    let ran = folder.run(&["check", "a.toml", "mono.wav"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.stderr,
        "amio: mono.wav: 1 channel at 48000 Hz; the arrangement has 2 at 48000 Hz\n"
    );
}

#[test]
fn a_clip_is_found_in_a_file() {
    let folder = rendered("find");
    let tick = "rate = 48000\nchannels = 1\n[clips]\nt = { tone_hz = [7000, 1500], length = '12ms' }\n\
                [[playspec.p]]\nclip = 't'\nplay_at = 0\n";
    folder.write("tick.toml", tick);
    folder.succeed(&["render", "tick.toml", "-o", "tick.wav"]);
    let ran = folder.succeed(&["find", "tick.wav", "a.wav"]);
    let frames: Vec<&str> = ran
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let placed = [0, 25_714, 51_429, 77_143, 100_099, 109_099, 118_099];
    let expected: Vec<String> = placed
        .iter()
        .flat_map(|f| [f.to_string(), f.to_string()])
        .collect();
    assert_eq!(frames, expected, "once on each channel");

    folder.write_i16("silence.wav", 1, 48_000, &[0; 48_000]);
    let ran = folder.run(&["find", "tick.wav", "silence.wav"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(1), "amio: tick.wav: not found\n")
    );
}

#[test]
fn the_demo_is_right_on_every_frame() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let ran = crate::common::Ran::from(
        std::process::Command::new(format!("{root}/scripts/demo"))
            .env("AMIO", env!("CARGO_BIN_EXE_amio"))
            .output()
            .expect("bash"),
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        ran.stdout
            .lines()
            .filter(|row| row.contains("  ok"))
            .count(),
        32,
        "{}",
        ran.stdout
    );
}
