//! `amio render`: every frame of the file is compared with the arrangement.

use crate::common::Folder;

/// A clip whose every sample is different.
fn ramp(frames: usize) -> Vec<i16> {
    (0..frames).map(|frame| frame as i16 * 16 + 16).collect()
}

fn level(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

#[test]
fn every_frame_is_what_the_entries_say() {
    let folder = Folder::new("every_frame");
    let clip = ramp(100);
    folder.write_i16("mono.wav", 1, 48_000, &clip);
    let stereo: Vec<i16> = ramp(40).iter().flat_map(|&x| [x, -x]).collect();
    folder.write_i16("stereo.wav", 2, 48_000, &stereo);
    folder.write(
        "a.toml",
        r#"
        rate = 48_000
        channels = 4
        period = 64
        declick = 0
        length = 1_000
        [clips]
        mono = "mono.wav"
        stereo = "stereo.wav"
        [[playspec.p]]
        clip = "mono"
        begin = 10
        end = 60
        play_at = 100
        repeat_every = "1003/7"
        repeat_count = 4
        gain = [0.5, 0.25]
        [[playspec.p]]
        clip = "stereo"
        play_at = -5
        first_output = 2
        fade_in = 20
        fade_out = 10
        "#,
    );
    folder.succeed(&["render", "a.toml", "-o", "a.wav"]);

    let mut expected = vec![[0.0f32; 4]; 1_000];
    // 1003/7 is 143 2/7, so the repeats are at 100, 243.29, 386.57 and 529.86, rounded.
    for begin in [100, 243, 387, 530] {
        for (frame, &sample) in clip[10..60].iter().enumerate() {
            expected[begin + frame][0] += level(sample) * 0.5;
            expected[begin + frame][1] += level(sample) * 0.25;
        }
    }
    for frame in 5..40 {
        let fade_in = (frame as f32 / 20.0).min(1.0);
        let fade_out = ((39 - frame) as f32 / 10.0).min(1.0);
        expected[frame - 5][2] += level(stereo[2 * frame]) * fade_in * fade_out;
        expected[frame - 5][3] += level(stereo[2 * frame + 1]) * fade_in * fade_out;
    }
    let (spec, samples) = folder.read_f32("a.wav");
    assert_eq!(
        (spec.channels, spec.sample_rate, spec.bits_per_sample),
        (4, 48_000, 32)
    );
    assert_eq!(samples.len(), 4_000);
    for (frame, (found, expected)) in samples.chunks(4).zip(&expected).enumerate() {
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-6,
                "frame {frame}: {found}, not {expected}"
            );
        }
    }
}

#[test]
fn a_swap_in_the_middle_of_a_period_takes_over_at_its_frame() {
    let folder = Folder::new("swap");
    folder.write_i16("long.wav", 1, 44_100, &ramp(1_000));
    folder.write(
        "a.toml",
        r#"
        rate = 44100
        channels = 2
        period = 256
        declick = 0
        [clips]
        long = "long.wav"
        [[playspec.one]]
        clip = "long"
        play_at = 50
        [[playspec.two]]
        clip = "long"
        play_at = 0
        end = 700
        gain = -1
        [[swap]]
        playspec = "one"
        insert_at = 0
        [[swap]]
        playspec = "two"
        insert_at = 333
        start_from = 200
        "#,
    );
    folder.succeed(&["render", "a.toml", "-o", "a.wav"]);
    let (_, samples) = folder.read_f32("a.wav");
    let clip = ramp(1_000);
    let expected: Vec<f32> = (0..50)
        .map(|_| 0.0)
        .chain(clip[..283].iter().map(|&x| level(x)))
        .chain(clip[200..700].iter().map(|&x| -level(x)))
        .collect();
    let left: Vec<f32> = samples.iter().step_by(2).copied().collect();
    assert_eq!(left, expected, "it ends where the sound ends");
}

#[test]
fn integer_formats_keep_what_they_can_hold_and_say_what_they_clipped() {
    let folder = Folder::new("integers");
    let clip = [0, 1, -1, 12_345, -32_768, 32_767];
    folder.write_i16("c.wav", 1, 48_000, &clip);
    let arrangement = |gain| {
        format!(
            "rate = 48000\n[clips]\nc = 'c.wav'\n[[playspec.p]]\nclip = 'c'\nplay_at = 0\ngain = {gain}\n"
        )
    };
    folder.write("same.toml", &arrangement(1));
    folder.write("loud.toml", &arrangement(2));

    let quiet = folder.succeed(&["render", "same.toml", "-o", "same.wav", "--samples", "i16"]);
    assert!(!quiet.stderr.contains("clipped"), "{}", quiet.stderr);
    let (spec, samples) = folder.read_i32("same.wav");
    assert_eq!((spec.bits_per_sample, spec.channels), (16, 2));
    let expected: Vec<i32> = clip.iter().flat_map(|&x| [i32::from(x); 2]).collect();
    assert_eq!(samples, expected);

    let loud = folder.succeed(&["render", "loud.toml", "-o", "loud.wav", "--samples", "i24"]);
    assert!(
        loud.stderr.contains("4 samples were clipped"),
        "{}",
        loud.stderr
    );
    let (spec, samples) = folder.read_i32("loud.wav");
    assert_eq!(spec.bits_per_sample, 24);
    let left: Vec<i32> = samples.iter().step_by(2).copied().collect();
    assert_eq!(left, [0, 512, -512, 12_345 * 512, -8_388_608, 8_388_607]);

    folder.succeed(&["render", "loud.toml", "-o", "loud.wav"]);
    let (_, samples) = folder.read_f32("loud.wav");
    assert_eq!(samples[8], -2.0, "floats keep what is beyond full scale");
}

#[test]
fn clips_are_found_beside_the_arrangement_wherever_the_program_runs() {
    let folder = Folder::new("relative");
    std::fs::create_dir(folder.0.join("songs")).expect("a folder");
    folder.write_i16("songs/c.wav", 1, 48_000, &ramp(10));
    let text = "rate = 48000\n[clips]\nc = 'c.wav'\n[[playspec.p]]\nclip = 'c'\nplay_at = 0\n";
    folder.write("songs/a.toml", text);
    folder.succeed(&["render", "songs/a.toml", "-o", "out.wav"]);
    assert_eq!(folder.read_f32("out.wav").1.len(), 20);
}

#[test]
fn a_failed_render_leaves_what_was_there_and_no_draft() {
    let folder = Folder::new("atomic");
    folder.write("kept.wav", "precious");
    let endless = "rate = 48000\n[clips]\nc = { tone_hz = 440, length = 100 }\n\
                   [[playspec.p]]\nclip = 'c'\nplay_at = 0\nrepeat_every = 200\n";
    folder.write("a.toml", endless);
    let ran = folder.run(&["render", "a.toml", "-o", "kept.wav", "--force"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.stderr,
        "amio: a.toml: an entry repeats without end; give the arrangement a length\n"
    );
    assert_eq!(
        std::fs::read_to_string(folder.0.join("kept.wav")).expect("kept"),
        "precious"
    );
    assert_eq!(folder.names(), ["a.toml", "kept.wav"]);
}

#[test]
fn more_swaps_than_a_group_holds_are_all_on_their_frames() {
    let folder = Folder::new("many_swaps");
    let clip = ramp(10);
    folder.write_i16("ramp.wav", 1, 48_000, &clip);
    let head = r#"
        rate = 48_000
        channels = 1
        declick = 0
        length = 50_000
        [clips]
        ramp = "ramp.wav"
        [[playspec.p]]
        clip = "ramp"
        play_at = 0
        [[swap]]
        playspec = "p"
        insert_at = 0
    "#;
    let again = "[[swap]]\nplayspec = \"p\"\ninsert_at = 10\n";
    folder.write("a.toml", &format!("{head}{}", again.repeat(4_999)));
    folder.succeed(&["render", "a.toml", "-o", "a.wav"]);
    let (_, samples) = folder.read_f32("a.wav");
    assert_eq!(samples.len(), 50_000);
    for (frame, sample) in samples.into_iter().enumerate() {
        assert_eq!(sample, level(clip[frame % 10]), "frame {frame}");
    }
}

#[test]
fn a_file_of_another_rate_is_converted_where_it_is_asked_for_streamed_or_not() {
    let folder = Folder::new("converted");
    folder.write_i16("c.wav", 1, 44_100, &ramp(441 * 4));
    let rendered = |table: &str| {
        let arrangement = format!(
            "rate = 48000\n[clips]\nc = {{ file = 'c.wav', {table} }}\n\
             [[playspec.p]]\nclip = 'c'\nplay_at = 100\n"
        );
        folder.write("a.toml", &arrangement);
        folder.succeed(&["render", "a.toml", "-o", "a.wav"]);
        folder.read_f32("a.wav").1
    };
    let loaded = rendered("convert = 'good'");
    assert_eq!(loaded.len(), 2 * (100 + 480 * 4));
    // After the conversion, the ramp rises one step in 480/441 frames.
    let middle = loaded[2 * (100 + 960)];
    assert!((middle - level(16 * 883)).abs() < 1e-4, "{middle}");
    assert_eq!(rendered("convert = 'good', stream = true"), loaded);
    assert_ne!(rendered("convert = 'best'"), loaded);
    assert_eq!(rendered("convert = 'draft'").len(), loaded.len());
}
