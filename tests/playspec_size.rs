//! The number of instructions of a period depends on the entries that sound, not on the number of entries
//! in the playspec. callgrind counts the instructions, so the result does not depend on the machine's load.

#[path = "../benches/workload/mod.rs"]
mod workload;

use amio::Interface;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use workload::{Shape, play, playing, playspec, seek};

/// The budget: the cost of the large playspec, as a multiple of the cost of one with ten entries.
const BUDGET: f64 = 2.0;
const SMALL: u64 = 10;
const LARGE: u64 = 1_000_000;

/// Set in the child process that runs under callgrind.
const CHILD: &str = "AMIO_TEST_CHILD";

#[test]
fn a_million_entries_of_which_ten_sound_cost_at_most_twice_what_ten_cost() {
    let counts = count_instructions();
    for work in [
        "row_played",
        "row_sought",
        "pile_played",
        "pile_sought",
        "round_played",
        "round_sought",
    ] {
        let count = |size: &str| {
            *counts
                .get(&format!("{work}_{size}"))
                .unwrap_or_else(|| panic!("no count of {work}_{size}: {counts:?}"))
        };
        let (small, large) = (count("small"), count("large"));
        let ratio = large as f64 / small as f64;
        println!("{work}: {small} and {large} instructions, ratio {ratio:.3}, budget {BUDGET}");
        assert!(
            small > 10_000,
            "{work}: only {small} instructions: nothing sounded"
        );
        assert!(
            ratio <= BUDGET,
            "{work}: {large} instructions against {small}: {ratio:.2} times"
        );
    }
}

/// For each function whose name begins with `measured_`: the rest of its name, and its instructions with
/// those of all functions that it calls.
fn count_instructions() -> BTreeMap<String, u64> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("playspec_size.callgrind");
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", "run_under_callgrind", "--ignored"])
        .env(CHILD, "1")
        .env("AMIO_SIMD", "baseline")
        .output()
        .expect("valgrind runs; install it (Debian: apt-get install valgrind)");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    read_counts(&std::fs::read_to_string(file).expect("the counts of callgrind"))
}

/// Reads callgrind's file: after `cfn=(number) name` (the name only where the number is new) and
/// `calls=...` follows a line with a place and the instructions of the call.
fn read_counts(profile: &str) -> BTreeMap<String, u64> {
    let mut names = BTreeMap::new();
    let mut counts = BTreeMap::new();
    let mut lines = profile.lines();
    let mut callee = "";
    while let Some(line) = lines.next() {
        if let Some((key @ ("fn" | "cfn"), function)) = line.split_once('=') {
            let (number, name) = function.split_once(' ').unwrap_or((function, ""));
            if !name.is_empty() {
                names.insert(number, name);
            }
            if key == "cfn" {
                callee = names.get(number).copied().unwrap_or("");
            }
        } else if line.starts_with("calls=")
            && let Some((_, measured)) = callee.split_once("measured_")
        {
            let cost = lines.next().and_then(|line| line.split(' ').nth(1));
            let cost: u64 = cost.and_then(|cost| cost.parse().ok()).expect("a cost");
            *counts.entry(measured.to_owned()).or_default() += cost;
        }
    }
    counts
}

#[test]
#[ignore = "run under callgrind by the test above"]
fn run_under_callgrind() {
    if std::env::var_os(CHILD).is_none() {
        return; // started by `cargo test -- --ignored`, not by the test above
    }
    let row = (
        playing(&playspec(Shape::Row, SMALL)),
        playing(&playspec(Shape::Row, LARGE)),
    );
    measured_row_played_small(&row.0);
    measured_row_played_large(&row.1);
    measured_row_sought_small(&row.0);
    measured_row_sought_large(&row.1);
    let pile = (
        playing(&playspec(Shape::Pile, SMALL)),
        playing(&playspec(Shape::Pile, LARGE)),
    );
    measured_pile_played_small(&pile.0);
    measured_pile_played_large(&pile.1);
    measured_pile_sought_small(&pile.0);
    measured_pile_sought_large(&pile.1);
    let round = (
        playing(&playspec(Shape::Round, SMALL)),
        playing(&playspec(Shape::Round, LARGE)),
    );
    measured_round_played_small(&round.0);
    measured_round_played_large(&round.1);
    measured_round_sought_small(&round.0);
    measured_round_sought_large(&round.1);
}

/// Defines functions whose names callgrind can tell apart.
macro_rules! measured {
    ($($name:ident: $work:ident;)*) => {$(
        #[inline(never)]
        fn $name(interface: &Interface) {
            $work(black_box(interface), 200);
            black_box(stringify!($name));
        }
    )*};
}

measured! {
    measured_row_played_small: play;
    measured_row_played_large: play;
    measured_row_sought_small: seek;
    measured_row_sought_large: seek;
    measured_pile_played_small: play;
    measured_pile_played_large: play;
    measured_pile_sought_small: seek;
    measured_pile_sought_large: seek;
    measured_round_played_small: play;
    measured_round_played_large: play;
    measured_round_sought_small: seek;
    measured_round_sought_large: seek;
}
