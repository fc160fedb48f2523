//! Compiles the programs in `ffi-tests`, which use only the header, as C and as C++ without warnings, links
//! them to the shared and to the static library, and runs them.

use crate::toolchain::Linkage::{Shared, Static};
use crate::toolchain::{build, compiler, repository, scratch, shared_library, succeed};
use std::process::Command;
use std::sync::Mutex;

/// Runs a C program as C99 with the shared and as C11 with the static library.
fn run(name: &str) {
    let source = format!("ffi-tests/{name}.c");
    for (standard, linkage) in [("c99", Shared), ("c11", Static)] {
        succeed(&mut Command::new(build(&source, standard, linkage)));
    }
}

macro_rules! programs {
    ($($test:ident: $name:literal,)*) => {
        $(#[test] fn $test() { run($name); })*
    };
}

programs! {
    section_version_from_c: "version",
    section_status_from_c: "status",
    section_interface_from_c: "interface",
    section_devices_from_c: "devices",
    section_transport_from_c: "transport",
    section_clip_from_c: "clip",
    section_file_from_c: "file",
    section_analysis_from_c: "analysis",
    section_playspec_from_c: "playspec",
    section_schedule_from_c: "schedule",
    section_capture_from_c: "capture",
    section_midi_from_c: "midi",
    section_recorder_from_c: "recorder",
    section_events_from_c: "events",
    section_stats_from_c: "stats",
    section_meter_from_c: "meter",
    section_alsa_from_c: "alsa",
    section_ring_from_c: "ring",
    what_a_child_of_fork_inherits_is_its_parents: "fork",
    children_of_fork_have_interfaces_of_their_own: "children",
    memory_that_the_program_locks_stays_locked: "locked",
    signals_of_the_program_reach_it: "signals",
    nothing_takes_the_numbers_of_standard_input_output_and_error: "descriptors",
    a_cancelled_thread_ends_after_its_call_and_leaves_all_usable: "cancel",
    where_memory_runs_out_calls_fail_and_leave_all_as_it_was: "memory",
    structs_of_older_and_newer_callers: "sized",
    tickets_given_out_while_closing_end_in_one_event: "closing",
    wrong_arguments_give_documented_errors: "arguments",
    wrong_fields_give_documented_errors: "fields",
}

/// Runs a C++ program as C++11 with the shared and as C++20 with the static library.
fn run_cpp(name: &str) {
    let source = format!("ffi-tests/{name}.cpp");
    for (standard, linkage) in [("c++11", Shared), ("c++20", Static)] {
        succeed(&mut Command::new(build(&source, standard, linkage)));
    }
}

#[test]
fn a_cpp_program_uses_the_library() {
    run_cpp("program");
}

#[test]
fn a_function_of_the_program_that_does_not_return_ends_the_process_with_its_name() {
    run_cpp("callbacks");
}

#[test]
fn every_function_that_can_fail_is_called_with_wrong_arguments() {
    let read = |file: &str| std::fs::read_to_string(repository().join(file)).expect("it is there");
    let header = read("include/amio.h");
    // The others need a JACK server: tests/jack runs them.
    let program = ["arguments.c", "jack_arguments.c", "jack_cycle.c"]
        .map(|file| read(&format!("ffi-tests/{file}")))
        .concat();
    let declared = header
        .lines()
        .filter_map(|line| line.strip_prefix("amio_status "))
        .filter_map(|line| line.split_once('('));
    // It takes only numbers, and every number is a valid version; section_version_from_c tries some.
    let declared = declared.filter(|(name, _)| *name != "amio_version_check");
    let (called, missing): (Vec<_>, Vec<_>) = declared.map(|(name, _)| name).partition(|name| {
        program.contains(&format!("{name}, ")) || program.contains(&format!("{name}("))
    });
    assert!(called.len() > 40, "only {called:?} were found");
    assert!(
        missing.is_empty(),
        "neither in ffi-tests/arguments.c, nor in jack_arguments.c, nor in jack_cycle.c: {missing:?}"
    );
}

/// `scripts/test-rt` runs these programs with the detectors of what real-time code must not do.
#[test]
fn every_function_for_real_time_code_is_called_where_detectors_watch() {
    let read = |file: &str| std::fs::read_to_string(repository().join(file)).expect("it is there");
    let sources = ["ring.rs", "jack/cycle.rs", "jack/midi.rs"]
        .map(|file| read(&format!("src/capi/{file}")))
        .concat();
    let programs = ["ring.c", "jack_cycle.c"].map(|file| read(&format!("ffi-tests/{file}")));
    let header = read("include/amio.h");
    let functions: Vec<_> = header
        .split("/**")
        .skip(1)
        .filter_map(|entry| entry.split_once("*/"))
        .filter(|(text, _)| text.contains("Thread:") && text.contains("Real-time: yes"))
        .map(|(_, declared)| {
            declared
                .split_once('(')
                .map(|(head, _)| head)
                .unwrap_or_default()
        })
        .map(|head| {
            head.rsplit([' ', '*', '\n'])
                .next()
                .expect("a split has a part")
        })
        .collect();
    assert!(functions.len() > 20, "only {functions:?} were found");
    for name in functions {
        let (_, body) = sources
            .split_once(&format!(" fn {name}("))
            .unwrap_or_else(|| panic!("{name} is not where functions for real-time code are"));
        let body = body
            .split("#[unsafe(no_mangle)]")
            .next()
            .expect("a split has a part");
        // The last three share a part that begins with the first.
        let watched = [
            "guard_real_time(",
            "count(&caller",
            "take(&caller",
            "spans(&caller",
        ];
        assert!(
            watched.iter().any(|begin| body.contains(begin)) && !body.contains(" guard("),
            "{name} is not watched"
        );
        let is_called = |program: &String| {
            program.contains(&format!("OK({name}(")) || program.contains(&format!("({name}, "))
        };
        assert!(
            programs.iter().any(is_called),
            "{name} is called neither in ring.c nor in jack_cycle.c"
        );
    }
}

#[test]
fn the_header_compiles_alone_in_every_standard() {
    for standard in ["c99", "c11", "c17", "c++11", "c++14", "c++17", "c++20"] {
        let language = if standard.starts_with("c++") {
            "c++"
        } else {
            "c"
        };
        succeed(
            compiler(standard)
                .args(
                    ["-Wstrict-prototypes", "-Wconversion"]
                        .iter()
                        .filter(|w| language == "c" || **w != "-Wstrict-prototypes"),
                )
                .args(["-fsyntax-only", "-x", language])
                .arg(repository().join("include/amio.h")),
        );
    }
}

/// After an interface was freed, there is no leak of memory, and no thread that is still ending.
#[test]
fn valgrind_finds_nothing_lost_after_an_interface_is_freed() {
    let program = build("ffi-tests/lives.c", "c11", Static);
    for driver in ["null", "offline"] {
        let mut valgrind = Command::new("valgrind");
        valgrind.args([
            "--quiet",
            "--leak-check=full",
            "--show-leak-kinds=definite,possible",
            "--errors-for-leak-kinds=definite,possible",
            "--error-exitcode=9",
        ]);
        succeed(valgrind.arg(&program).args([driver, "5"]));
    }
}

#[test]
fn a_program_with_the_thread_sanitizer_is_quiet_with_what_is_installed_for_it() {
    let program = scratch().join("host-tsan");
    let library = shared_library();
    succeed(
        compiler("c11")
            .arg("-fsanitize=thread")
            .arg(repository().join("ffi-tests/host.c"))
            .arg("-o")
            .arg(&program)
            .arg("-L")
            .arg(&library)
            .arg("-lamio")
            .arg(format!("-Wl,-rpath,{}", library.display())),
    );
    let suppressions = repository().join("amio.tsan.supp");
    let options = format!("suppressions={}", suppressions.display());
    succeed(Command::new(&program).env("TSAN_OPTIONS", options));
    // The test is useful only if the program fails without the suppressions.
    let without = Command::new(&program).env("TSAN_OPTIONS", "").output();
    let without = without.expect("it runs");
    assert!(!without.status.success());
    assert!(String::from_utf8_lossy(&without.stderr).contains("data race"));
}

/// The limit is that of `amio.h`, in its chapter on memory. The library of the tests is not fully optimised,
/// and takes more stack than the release build.
#[test]
fn calls_take_no_more_stack_than_the_header_says() {
    const MOST: &str = "32768";
    let folder = scratch().join("stack");
    std::fs::create_dir_all(&folder).expect("the target directory is writable");
    let make =
        "ffmpeg -v error -y -f lavfi -i anoisesrc=d=3:r=48000:a=0.3 -ac 2 -fflags +bitexact s.wav
        ffmpeg -v error -y -i s.wav s.flac
        ffmpeg -v error -y -i s.wav -c:a aac aac.m4a
        ffmpeg -v error -y -i s.wav -c:a alac alac.m4a
        opusenc --quiet s.wav s.opus
        oggenc -Q -o s.ogg s.wav
        lame --quiet s.wav s.mp3";
    succeed(
        Command::new("bash")
            .args(["-euc", make])
            .current_dir(&folder),
    );
    let files = [
        "s.wav", "s.flac", "aac.m4a", "alac.m4a", "s.opus", "s.ogg", "s.mp3",
    ];
    let mut program = Command::new(build("ffi-tests/stack.c", "c99", Shared));
    program.arg(MOST);
    succeed(program.args(files.map(|file| folder.join(file))));
}

/// Runs sixteen threads for a number of seconds.
fn run_threads(seconds: &str) {
    succeed(Command::new(build("ffi-tests/threads.c", "c99", Shared)).arg(seconds));
}

#[test]
fn sixteen_threads_at_once_and_each_ticket_ends_in_one_event() {
    run_threads("2");
}

#[test]
#[ignore = "ten seconds; make test-long"]
fn sixteen_threads_at_once_for_ten_seconds() {
    let _alone = LONG.lock();
    run_threads("10");
}

/// The first argument is the driver, the second how many interfaces.
#[test]
fn thousands_of_lives_of_an_interface_leak_nothing() {
    let program = build("ffi-tests/lives.c", "c99", Shared);
    for driver in ["null", "offline"] {
        succeed(Command::new(&program).args([driver, "5000"]));
    }
}

#[test]
#[ignore = "two minutes; make test-long"]
fn a_thousand_lives_on_a_jack_server_leave_nothing_there_either() {
    let _alone = LONG.lock();
    succeed(
        Command::new(repository().join("tests/servers/with-jackd.sh"))
            .arg("256")
            .arg(build("ffi-tests/lives.c", "c99", Shared))
            .args(["jack", "1000"])
            .env("T", "500"),
    );
}

/// Held by tests that must not run at the same time, since each would slow down the other.
static LONG: Mutex<()> = Mutex::new(());
