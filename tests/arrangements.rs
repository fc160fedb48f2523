//! The output of random arrangements agrees with the reference renderer, and is bit for bit the same
//! for all periods and SIMD paths.
//!
//! A failure names its seed. `AMIO_ARRANGEMENT=123 cargo test arrangements::` runs only the arrangement
//! of that seed, and prints the smallest part of it that still fails.

use crate::again;
use crate::reference::arrangement::Arrangement;
use crate::reference::compare::{check, shrink};
use crate::reference::random;
use crate::reference::rig::{self, Periods};
use std::collections::BTreeMap;
use std::process::Command;

/// How many arrangements are compared with the reference.
const ARRANGEMENTS: u64 = 2_500;

/// How often each of these cases must have occurred in all; otherwise the test does not cover them.
const LEAST_COVERAGE: [(&str, u64); 12] = [
    ("in time", 500),
    ("late, catching up", 500),
    ("late, slipping", 300),
    ("refused", 200),
    ("superseded", 200),
    ("cancelled", 100),
    ("taken over", 30),
    ("ends for lack of room", 300),
    ("comes in", 500),
    ("fades away", 500),
    ("fades away with others", 500),
    ("cut while coming in", 100),
];

/// The seeds to run: all, or the one that `AMIO_ARRANGEMENT` names.
fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("AMIO_ARRANGEMENT") {
        Ok(seed) => vec![seed.parse().expect("AMIO_ARRANGEMENT is a number")],
        Err(_) => (0..count).collect(),
    }
}

fn fail(seed: u64, arrangement: &Arrangement, periods: Periods, why: &str) -> ! {
    if std::env::var_os("AMIO_ARRANGEMENT").is_some() {
        let smallest = shrink(arrangement, periods);
        let now = check(&smallest, periods).expect_err("it fails");
        eprintln!("the smallest part that fails: {now}\n{smallest:#?}");
    }
    panic!("AMIO_ARRANGEMENT={seed} ({periods:?}): {why}");
}

#[test]
fn random_arrangements_sound_as_the_reference_says() {
    let seeds = seeds(ARRANGEMENTS);
    let mut coverage = BTreeMap::new();
    let mut failures = Vec::new();
    for &seed in &seeds {
        let arrangement = random::arrangement(seed);
        match check(&arrangement, Periods::Changing(seed)) {
            Ok(rendering) => {
                for (rule, count) in rendering.coverage {
                    *coverage.entry(rule).or_default() += count;
                }
            }
            Err(why) if seeds.len() == 1 => fail(seed, &arrangement, Periods::Changing(seed), &why),
            Err(why) => failures.push(format!("AMIO_ARRANGEMENT={seed}: {why}")),
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} differ:\n{}",
        failures.len(),
        seeds.len(),
        failures[..failures.len().min(20)].join("\n")
    );
    if seeds.len() > 1 {
        for (rule, least) in LEAST_COVERAGE {
            let count: u64 = coverage.get(rule).copied().unwrap_or(0);
            assert!(
                count >= least,
                "{rule:?} mattered {count} times, at least {least} expected"
            );
        }
    }
}

/// The periods that every arrangement of the subset is rendered with.
const PERIODS: [u32; 9] = [1, 7, 64, 127, 128, 333, 1024, 4096, 65_536];

/// How many arrangements are rendered with all of them.
const ARRANGEMENTS_PER_PERIOD: u64 = 240;

#[test]
fn the_same_arrangement_gives_the_same_bits_whatever_the_period() {
    for seed in seeds(ARRANGEMENTS_PER_PERIOD) {
        let arrangement = random::arrangement(seed);
        let play = |periods| {
            rig::play(&arrangement, periods)
                .unwrap_or_else(|why| fail(seed, &arrangement, periods, &why))
        };
        let first = play(Periods::Fixed(256));
        let others = PERIODS.map(Periods::Fixed).into_iter();
        for periods in others.chain([1, 2, 3].map(|n| Periods::Changing(seed ^ (n << 32)))) {
            let other = play(periods);
            let differs = (0..first.output.len())
                .find(|n| first.output[*n].to_bits() != other.output[*n].to_bits());
            assert_eq!(
                differs, None,
                "AMIO_ARRANGEMENT={seed}: sample, {periods:?} against 256"
            );
            assert_eq!(
                first.endings, other.endings,
                "AMIO_ARRANGEMENT={seed}: {periods:?} against 256"
            );
            assert_eq!(
                first.skips, other.skips,
                "AMIO_ARRANGEMENT={seed}: {periods:?} against 256"
            );
            assert_eq!(
                first.positions, other.positions,
                "AMIO_ARRANGEMENT={seed}: {periods:?} against 256"
            );
        }
    }
}

/// How many arrangements are rendered on each SIMD path.
const ARRANGEMENTS_PER_PATH: u64 = 600;

/// Set in the processes that [`render_for_the_parent_process`] runs in.
const CHILD: &str = "AMIO_TEST_CHILD";

#[test]
fn the_same_arrangement_gives_the_same_bits_on_each_simd_path() {
    let paths = simd_paths();
    let digests: Vec<String> = paths.iter().map(|path| render_in_child(path)).collect();
    let lines = digests[0]
        .lines()
        .filter(|line| line.contains("digest"))
        .count() as u64;
    assert_eq!(lines, ARRANGEMENTS_PER_PATH, "{}", digests[0]);
    for (path, digest) in paths.iter().zip(&digests) {
        let differs = digests[0]
            .lines()
            .zip(digest.lines())
            .find(|(a, b)| a.contains("digest") && a != b);
        assert_eq!(differs, None, "{} against {path}", paths[0]);
    }
}

#[test]
fn an_unknown_simd_path_is_refused() {
    let output = child("abacus").output().expect("this very program runs");
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("AMIO_SIMD is \"abacus\""), "{text}");
}

/// The SIMD paths that this processor must have.
fn simd_paths() -> Vec<&'static str> {
    let mut paths = vec!["baseline"];
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        paths.push("avx2");
    }
    paths
}

/// This program in a child process, since the environment variable that selects the path is for a whole
/// process.
fn child(path: &str) -> Command {
    let mut command = Command::new(again::program());
    command
        .args(again::only("arrangements::render_for_the_parent_process"))
        .env("AMIO_SIMD", path)
        .env(CHILD, "1");
    command
}

fn render_in_child(path: &str) -> String {
    let output = child(path).output().expect("this very program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        again::passed(&output.stdout),
        "{path}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[test]
#[ignore = "run by the comparison of SIMD paths, once in a process for each path"]
fn render_for_the_parent_process() {
    if std::env::var_os(CHILD).is_none() {
        return; // started by `cargo test -- --ignored`, not by the test above
    }
    for seed in 0..ARRANGEMENTS_PER_PATH {
        let arrangement = random::arrangement(seed);
        let run = rig::play(&arrangement, Periods::Fixed(256))
            .unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        println!("digest of seed {seed}: {:016x}", digest(&run.output));
    }
}

/// FNV-1a over the bits of the samples.
fn digest(samples: &[f32]) -> u64 {
    samples
        .iter()
        .flat_map(|sample| sample.to_bits().to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
