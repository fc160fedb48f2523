//! Outputs: files that a command reads are never replaced, and files of other kinds only with `--force`;
//! pipes get complete files; the suffix of a name selects the format.

use crate::common::{Folder, Ran};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

const SONG: &str = "rate = 48000\nlength = 1000\n[clips]\nc = 'clip.wav'\n\
                    [[playspec.p]]\nclip = 'c'\nplay_at = 10\n";

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    let ramp: Vec<i16> = (1..=500).map(|x| 30 * x).collect();
    folder.write_i16("clip.wav", 1, 48_000, &ramp);
    folder.write("song.toml", SONG);
    folder
}

/// The contents of all files.
fn contents(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let bytes = fs::read(folder.0.join(&name)).unwrap_or_default();
        (name, bytes)
    };
    folder.names().into_iter().map(read).collect()
}

#[track_caller]
fn assert_refused(folder: &Folder, args: &[&str], code: i32, words: &str) {
    let before = contents(folder);
    let ran = folder.run(args);
    assert_eq!(ran.code, Some(code), "amio {args:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(words), "amio {args:?}: {}", ran.stderr);
    assert!(contents(folder) == before, "amio {args:?} changed a file");
}

#[test]
fn what_is_read_is_never_replaced_however_it_is_called() {
    let folder = folder("inputs");
    fs::create_dir(folder.0.join("sub")).expect("a folder");
    let here = folder.0.display().to_string();
    for (input, other) in [("song.toml", "other.toml"), ("clip.wav", "other.wav")] {
        symlink(input, folder.0.join(format!("link-{other}"))).expect("a link");
        fs::hard_link(folder.0.join(input), folder.0.join(other)).expect("a link");
        let names = [
            input.to_owned(),
            format!("./{input}"),
            format!("sub/../{input}"),
            format!("{here}/{input}"),
            format!("link-{other}"),
            other.to_owned(),
        ];
        let said = format!("the same file as {input}, which is read");
        for name in &names {
            for force in [&[][..], &["--force"]] {
                let render = ["render", "song.toml", "--format", "wav", "-o", name];
                assert_refused(&folder, &[&render[..], force].concat(), 1, &said);
                let plot = ["plot", "song.toml", "--format", "png", "-o", name];
                assert_refused(&folder, &[&plot[..], force].concat(), 1, &said);
                if input == "clip.wav" {
                    let plot = ["plot", "clip.wav", "--format", "png", "-o", name];
                    assert_refused(&folder, &[&plot[..], force].concat(), 1, &said);
                }
            }
        }
    }
}

#[test]
fn what_is_no_result_is_replaced_with_force_alone() {
    let folder = folder("force");
    folder.write("notes.wav", "not to be lost");
    folder.write("notes.png", "not to be lost");
    for args in [
        &["render", "song.toml", "-o", "notes.wav"][..],
        &["record", "notes.wav", "--driver", "null", "--duration", "1"],
        &["plot", "clip.wav", "-o", "notes.png"],
        &["render", "song.toml", "--format", "wav", "-o", "notes.png"],
    ] {
        assert_refused(&folder, args, 1, "--force replaces it");
        folder.succeed(&[args, &["--force"]].concat());
        folder.write(
            args.iter()
                .find(|a| a.starts_with("notes"))
                .expect("a name"),
            "text",
        );
    }
    // A result of the same kind and an empty file may be replaced.
    folder.write("empty.wav", "");
    folder.succeed(&["render", "song.toml", "-o", "empty.wav"]);
    folder.succeed(&["render", "song.toml", "-o", "empty.wav"]);
    folder.succeed(&["plot", "clip.wav", "-o", "a.png"]);
    folder.succeed(&["plot", "clip.wav", "-o", "a.png"]);
    assert_refused(
        &folder,
        &["render", "song.toml", "--format", "wav", "-o", "a.png"],
        1,
        "no audio file",
    );
    assert_refused(
        &folder,
        &["plot", "song.toml", "--format", "png", "-o", "empty.wav"],
        1,
        "no picture",
    );
}

#[test]
fn links_stay_and_folders_devices_and_links_to_nothing_are_refused() {
    let folder = folder("places");
    folder.write("real.wav", "");
    let mode = fs::Permissions::from_mode(0o640);
    fs::set_permissions(folder.0.join("real.wav"), mode).expect("permissions");
    symlink("real.wav", folder.0.join("link.wav")).expect("a link");
    symlink("nothing.wav", folder.0.join("lost.wav")).expect("a link");
    fs::create_dir(folder.0.join("sub.wav")).expect("a folder");
    folder.succeed(&["render", "song.toml", "-o", "link.wav"]);
    let link = fs::symlink_metadata(folder.0.join("link.wav")).expect("it is there");
    assert!(link.is_symlink());
    let real = fs::metadata(folder.0.join("real.wav")).expect("it is there");
    assert_eq!(real.mode() & 0o777, 0o640);
    assert_eq!(folder.read_f32("real.wav").1.len(), 2_000);
    for (output, words) in [
        (
            "lost.wav",
            "lost.wav: a link to nothing.wav, which does not exist",
        ),
        ("sub.wav", "sub.wav: a folder"),
        ("/dev/full", "/dev/full: a device"),
        ("no/folder.wav", "No such file or directory"),
    ] {
        let render = ["render", "song.toml", "--format", "wav", "-o", output];
        assert_refused(&folder, &render, 1, words);
        let record = [
            "record",
            output,
            "--format",
            "wav",
            "--driver",
            "null",
            "--duration",
            "1",
        ];
        assert_refused(&folder, &record, 1, words);
    }
    folder.succeed(&["render", "song.toml", "-o", "/dev/null"]);
    let _socket = UnixListener::bind(folder.0.join("socket.wav")).expect("a socket");
    assert_refused(
        &folder,
        &["render", "song.toml", "-o", "socket.wav"],
        1,
        "socket.wav: a socket; files and pipes can be written",
    );
}

#[test]
fn a_name_may_be_as_long_as_names_can_be() {
    let folder = folder("long_names");
    let name = format!("{}.wav", "n".repeat(251));
    for _ in 0..2 {
        folder.succeed(&["render", "song.toml", "-o", &name]);
    }
    assert_eq!(folder.names(), ["clip.wav", &name, "song.toml"]);
}

#[test]
fn what_is_protected_is_replaced_with_force_alone_and_what_is_in_use_never() {
    let folder = folder("protected");
    let protected = folder.0.join("protected.wav");
    folder.succeed(&["render", "song.toml", "-o", "protected.wav"]);
    let mode = fs::Permissions::from_mode(0o444);
    fs::set_permissions(&protected, mode).expect("permissions");
    let render = ["render", "song.toml", "-o", "protected.wav"];
    let said = "protected.wav: is protected from writing; --force replaces it";
    assert_refused(&folder, &render, 1, said);
    folder.succeed(&[&render[..], &["--force"]].concat());
    let after = fs::metadata(&protected).expect("it is there");
    assert_eq!(after.mode() & 0o777, 0o444);

    folder.succeed(&["render", "song.toml", "-o", "used.wav"]);
    let used = fs::File::open(folder.0.join("used.wav")).expect("it is there");
    used.lock_shared().expect("as a streamed clip does");
    let said = "used.wav: is being written already, or played";
    for command in [
        &["render", "song.toml", "-o", "used.wav"][..],
        &["record", "used.wav", "--driver", "null", "--duration", "1"],
    ] {
        assert_refused(&folder, command, 1, said);
        assert_refused(&folder, &[command, &["--force"]].concat(), 1, said);
    }
    drop(used);
    folder.succeed(&["render", "song.toml", "-o", "used.wav"]);
}

#[test]
fn the_standard_output_is_no_way_around() {
    let folder = folder("stdout");
    let before = contents(&folder);
    for line in [
        "$AMIO render song.toml -o - >>clip.wav",
        "$AMIO render song.toml -o /dev/stdout >>song.toml",
        "$AMIO plot clip.wav -o - 1<>clip.wav",
    ] {
        let ran = shell(&folder, line);
        assert_eq!(ran.code, Some(1), "{line}");
        assert!(
            ran.stderr.contains("which is read"),
            "{line}: {}",
            ran.stderr
        );
        assert!(contents(&folder) == before, "{line}");
    }
    // The program appends to a file that the shell has opened for appending.
    folder.write("list", "notes\n");
    assert_runs(&folder, "$AMIO render song.toml -o - >>list");
    let list = fs::read(folder.0.join("list")).expect("it is there");
    assert!(list.starts_with(b"notes\nRIFF"));
}

#[test]
fn what_is_wrong_with_the_output_is_said_before_any_clip_is_opened() {
    let folder = folder("early");
    folder.write("song.toml", &SONG.replace("clip.wav", "none.wav"));
    for (output, code, words) in [
        (
            "song.toml",
            1,
            "song.toml: the same file as song.toml, which is read",
        ),
        ("song.mp3", 2, "no format has the ending .mp3"),
    ] {
        assert_refused(&folder, &["render", "song.toml", "-o", output], code, words);
        assert_refused(&folder, &["plot", "song.toml", "-o", output], code, words);
    }
}

/// Runs a line of shell in the folder, in which `$AMIO` is the program.
fn shell(folder: &Folder, line: &str) -> Ran {
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", line])
        .env("AMIO", env!("CARGO_BIN_EXE_amio"))
        .current_dir(&folder.0)
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    Ran::from(output)
}

#[track_caller]
fn assert_runs(folder: &Folder, line: &str) {
    let ran = shell(folder, line);
    assert_eq!(ran.code, Some(0), "{line}: {}", ran.stderr);
}

#[test]
fn a_pipe_gets_the_whole_file() {
    let folder = folder("pipes");
    for (format, ending) in [("wav", "wav"), ("w64", "w64")] {
        folder.succeed(&["render", "song.toml", "-o", &format!("file.{ending}")]);
        for line in [
            "$AMIO render song.toml --format FORMAT -o - | cat >piped",
            "$AMIO render song.toml --format FORMAT -o /dev/stdout | cat >piped",
            "$AMIO render song.toml --format FORMAT -o - >piped",
            "$AMIO render song.toml --format FORMAT -o /dev/stdout >piped",
            "$AMIO render song.toml --format FORMAT -o >(cat >piped); wait $!",
            "mkfifo fifo; cat fifo >piped & $AMIO render song.toml --format FORMAT -o fifo; wait; rm fifo",
        ] {
            let line = line.replace("FORMAT", format);
            assert_runs(&folder, &line);
            let read = |name: &str| fs::read(folder.0.join(name)).expect("it was written");
            assert!(read("piped") == read(&format!("file.{ending}")), "{line}");
        }
    }
    assert_runs(
        &folder,
        "$AMIO render song.toml --format flac -o - | flac -s -d -o back.wav -",
    );
    folder.succeed(&[
        "render",
        "song.toml",
        "-o",
        "direct.wav",
        "--samples",
        "i24",
    ]);
    assert_eq!(
        folder.read_i32("back.wav").1,
        folder.read_i32("direct.wav").1
    );
    assert_runs(
        &folder,
        "$AMIO plot clip.wav -o - | cat >piped; $AMIO plot clip.wav -o file.png; cmp piped file.png",
    );
}

#[test]
fn a_result_that_is_not_read_to_its_end_has_failed() {
    let folder = folder("unread");
    // More than the buffer of a pipe can hold.
    folder.write(
        "long.toml",
        "rate = 48_000\n[clips]\nv = 'clip.wav'\n[[playspec.a]]\nclip = 'v'\nplay_at = 2_000_000\n\
         [[swap]]\nplayspec = 'a'\ninsert_at = 0\n",
    );
    for line in [
        "render long.toml -o -",
        "record - --driver null --duration 10s",
        "record - --driver null",
    ] {
        let ran = shell(
            &folder,
            &format!(
                "($AMIO --quiet {line}; echo $? >code) | head -c 10 >/dev/null; exit $(cat code)"
            ),
        );
        let said = "amio: -: the reader closed the pipe before the end\n";
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), said), "{line}");
    }
}

#[test]
fn a_pipe_that_nobody_reads_does_not_keep_the_program_from_ending() {
    let folder = folder("unread_pipes");
    // When the program (no longer a copy of the shell) catches the signals, it waits for a reader, or is about to.
    let catches = "grep -qx amio /proc/$amio/comm &&
                   grep -q 'SigCgt:.*[2367abef]$' /proc/$amio/status";
    // The pipe has a reader that does not read. The test waits until the pipe is full.
    let open = "exec 3<>fifo.wav";
    let full = "grep -q recording log &&
                ! dd if=/dev/zero of=fifo.wav oflag=nonblock bs=1 count=1 2>/dev/null";
    for (before, line, until, code) in [
        (":", "render song.toml -o fifo.wav", catches, 130),
        (":", "plot clip.wav -o fifo.png", catches, 130),
        (":", "record fifo.wav --driver null", catches, 130),
        (open, "record fifo.wav --driver null --channels 64", full, 1),
    ] {
        for signal in ["INT", "TERM"] {
            let ran = shell(
                &folder,
                &format!(
                    "rm -f fifo.*; mkfifo fifo.wav fifo.png; {before}; : >log
                     $AMIO {line} 2>log & amio=$!
                     until {until}; do kill -0 $amio || break; done
                     kill -{signal} $amio; wait $amio; code=$?; cat log >&2; exit $code"
                ),
            );
            assert_eq!(ran.code, Some(code), "{line}, {signal}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_pipe_gets_a_recording_while_it_is_made() {
    let folder = folder("recorded_pipes");
    for line in [
        "$AMIO record - --driver null --duration 4800 | cat >piped",
        "$AMIO record - --driver null --duration 4800 >piped",
        "$AMIO record - --driver null --duration 4800 --format flac | flac -s -d -f -o piped -",
        "mkfifo fifo.w64; cat fifo.w64 >piped & $AMIO record fifo.w64 --driver null --duration 4800; wait",
    ] {
        assert_runs(&folder, line);
        let info = amio::probe(folder.0.join("piped")).expect(line);
        assert_eq!(info.frames, 4_800, "{line}");
    }
}

#[test]
fn the_ending_decides_the_format_and_an_unknown_one_is_refused_with_those_that_are_known() {
    let folder = folder("endings");
    for (name, container, encoding) in [
        ("a.wav", "WAV", "32-bit float"),
        ("a.WAVE", "WAV", "32-bit float"),
        ("a.rf64", "WAV", "32-bit float"),
        ("a.w64", "Wave64", "32-bit float"),
        ("a.flac", "FLAC", "FLAC"),
    ] {
        folder.succeed(&["render", "song.toml", "-o", name]);
        let info = amio::probe(folder.0.join(name)).expect("it was written");
        assert_eq!((info.container, info.encoding), (container, encoding));
        assert_eq!(info.frames, 1_000);
    }
    for (samples, bits) in [("i16", 16), ("i24", 24)] {
        for name in ["b.wav", "b.w64", "b.flac"] {
            folder.succeed(&["render", "song.toml", "-o", name, "--samples", samples]);
            let info = amio::probe(folder.0.join(name)).expect("it was written");
            assert_eq!(info.bits_per_sample, Some(bits), "{name}");
        }
    }
    folder.succeed(&["record", "c.w64", "--driver", "null", "--duration", "100"]);
    let info = amio::probe(folder.0.join("c.w64")).expect("it was written");
    assert_eq!((info.container, info.frames), ("Wave64", 100));
    folder.succeed(&[
        "render",
        "song.toml",
        "-o",
        "d.anything",
        "--format",
        "flac",
    ]);

    let known = "use one of .flac, .rf64, .w64, .wav, .wave, or say --format";
    for output in ["song.mp3", "song", "song.png"] {
        assert_refused(&folder, &["render", "song.toml", "-o", output], 2, known);
        assert_refused(&folder, &["record", output, "--driver", "null"], 2, known);
    }
    assert_refused(
        &folder,
        &["plot", "clip.wav", "-o", "clip.jpg"],
        2,
        "no format has the ending .jpg; use one of .png, .svg",
    );
    assert_refused(
        &folder,
        &["render", "song.toml", "-o", "e.flac", "--samples", "f32"],
        2,
        "--samples f32 is not for FLAC",
    );
}
