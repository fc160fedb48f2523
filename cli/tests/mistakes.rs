//! Mistakes in an arrangement are named with file, line and column.

use crate::common::Folder;

const HEAD: &str = "rate = 48000\n[clips]\nx = { tone_hz = 100, length = 10 }\n";

/// The text of an arrangement after its head, and the message that the program prints after the file's name.
const CASES: &[(&str, &str)] = &[
    (
        "[[playspec.a]]\nclip = 'y'\nplay_at = 0\n",
        "5:8: unknown clip \"y\"; defined: x",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\n  gian = 1\n",
        "7:3: unknown field `gian`, expected one of",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\n",
        "4:1: missing field `play_at`",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = '1.5h'\n",
        "6:11: \"1.5h\" is not a length; write frames",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 3e3\n",
        "6:11: invalid type: floating point",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 5000000000000000000\n",
        "6:11: positions lie from -2^61",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nend = 11\n",
        "7:7: end is 11; the clip has 10 frames",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nbegin = -1\n",
        "7:9: it must not be negative",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nbegin = 10\n",
        "7:9: begin is 10; it must be below end",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\ngain = nan\n",
        "7:8: gain.left is NaN",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\ngain = [1]\n",
        "7:8: expected a factor, or [left, right]",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nfade_in = 11\n",
        "7:11: fade_in is 11; the entry sounds for 10",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nfirst_output = 2\n",
        "7:16: clip \"x\" needs output 2",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nfirst_output = 64\n",
        "7:16: first_output is 64",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nrepeat_every = '1/2'\n",
        "7:16: repeat interval is 1/2 frames",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nrepeat_every = 'now'\n",
        "7:16: \"now\" is not an interval",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nrepeat_every = [1, 0]\n",
        "7:16: repeat_every must be at least 1",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\nrepeat_count = 2\n",
        "7:16: repeat_count needs repeat_every",
    ),
    (
        "[[swap]]\nplayspec = 'a'\ninsert_at = 0\n",
        "5:12: unknown playspec \"a\"; none is defined",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\n[[swap]]\nplayspec = 'a'\ninsert_at = 0\nlate = 'now'\n",
        "10:8: unknown variant `now`, expected one of `catch_up`, `slip`, `refuse`",
    ),
    (
        "[[playspec.a]]\nclip = 'x'\nplay_at = 0\n[[playspec.b]]\nclip = 'x'\nplay_at = 0\n",
        "10:1: with more than one playspec, [[swap]] must say",
    ),
    ("", "1:1: there is no [[playspec.NAME]], so nothing sounds"),
    (
        "y = 'no such file.wav'\n",
        "4:5: no such file.wav: No such file or directory",
    ),
    (
        "y = { tone_hz = 1, length = 10, size = 1 }\n",
        "4:33: unknown field `size`",
    ),
    ("y = { tone_hz = 1 }\n", "4:5: missing field `length`"),
    (
        "y = { stream = true }\n",
        "4:5: missing field `file` or `tone_hz`",
    ),
    (
        "y = { file = 'c.wav', convert = 'nicely' }\n",
        "4:33: unknown variant `nicely`, expected one of `draft`, `good`, `best`",
    ),
    (
        "y = { file = 'c.wav', length = 10 }\n",
        "4:5: a clip is either a file, with `convert` and `stream`, or a tone",
    ),
    (
        "y = { file = 'no such file.wav', stream = true }\n",
        "4:5: no such file.wav: No such file or directory",
    ),
    (
        "y = { tone_hz = 1, length = 0 }\n",
        "4:29: length must be 1 to 2^60 frames",
    ),
    (
        "y = { tone_hz = 1, length = '2000s' }\n",
        "4:29: a tone lasts a minute at the most",
    ),
    (
        "y = 3\n",
        "4:5: invalid type: integer `3`, expected the path of an audio file",
    ),
    ("ü = [1\n", "4:7: "),
];

#[test]
fn each_mistake_in_an_arrangement_is_found_at_its_line_and_column() {
    let folder = Folder::new("mistakes");
    for (tail, expected) in CASES {
        folder.write("a.toml", &format!("{HEAD}{tail}"));
        let ran = folder.run(&["render", "a.toml", "-o", "a.wav"]);
        assert_eq!(ran.code, Some(1), "{tail}\n{ran:?}");
        let expected = format!("amio: a.toml:{expected}");
        assert!(
            ran.stderr.starts_with(&expected),
            "{tail}\nsaid {}\nnot {expected}",
            ran.stderr
        );
        assert_eq!(
            ran.stderr.lines().count(),
            1,
            "one mistake, one line: {}",
            ran.stderr
        );
    }
}

#[test]
fn a_clip_of_another_rate_is_refused_where_it_is_named() {
    let folder = Folder::new("rate");
    folder.write_i16("c.wav", 1, 44_100, &[0; 10]);
    folder.write("a.toml", "rate = 48000\n[clips]\nc = 'c.wav'\n");
    let ran = folder.run(&["render", "a.toml", "-o", "a.wav"]);
    assert_eq!(
        ran.stderr,
        "amio: a.toml:3:5: clip \"c\" has 44100 Hz, the arrangement 48000 Hz; to convert it, \
         write { file = ..., convert = \"good\" }\n"
    );
}

#[test]
fn what_concerns_the_whole_file_is_checked_too() {
    let folder = Folder::new("head");
    for (text, expected) in [
        ("", "1:1: missing field `rate`"),
        ("rate = 10\n", "1:8: rate must be 1000 to 768000 Hz"),
        (
            "rate = 48000\nchannels = 65\n",
            "2:12: channels is 65; it must be 1 to 64",
        ),
        (
            "rate = 48000\nperiod = 0\n",
            "2:10: period is 0; it must be 1 to 65536",
        ),
        (
            "rate = 48000\ndeclick = '17s'\n",
            "2:11: declick is 816000 frames; it must be 0 to 768000",
        ),
        (
            "rate = 48000\nlength = '0s'\n",
            "2:10: length must be 1 to 2^60 frames",
        ),
        ("rate = 48000\nlenght = 5\n", "2:1: unknown field `lenght`"),
        ("rate = 48000\nrate = 48000\n", "2:1: duplicate key"),
    ] {
        folder.write("a.toml", text);
        let ran = folder.run(&["plot", "a.toml", "-o", "a.png"]);
        assert_eq!(ran.code, Some(1));
        let expected = format!("amio: a.toml:{expected}");
        assert!(
            ran.stderr.starts_with(&expected),
            "said {}\nnot {expected}",
            ran.stderr
        );
    }
    assert_eq!(folder.names(), ["a.toml"]);
}
