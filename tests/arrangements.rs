//! Random arrangements sound as the reference renderer says, and to the bit the same whatever
//! the period and the SIMD path.
//!
//! A failure names its seed. `AMIO_SEED=123 cargo test --test arrangements` runs that one alone,
//! and prints the smallest part of it that still fails.

mod reference;

use reference::arrangement::Arrangement;
use reference::compare::{check, shrink};
use reference::random;
use reference::rig::{self, Periods};
use std::collections::BTreeMap;

/// How many arrangements are compared with the reference.
const ARRANGEMENTS: u64 = 2_400;

/// Each of these must have mattered this often in all, or the test has lost its point.
const LEAST_COVERAGE: [(&str, u64); 11] = [
    ("in time", 500),
    ("late, catching up", 500),
    ("late, slipping", 300),
    ("refused", 200),
    ("superseded", 200),
    ("cancelled", 100),
    ("continues", 200),
    ("comes in", 500),
    ("fades away", 500),
    ("fades away with others", 200),
    ("cut while coming in", 100),
];

/// The seeds to run: all, or the one that `AMIO_SEED` names.
fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("AMIO_SEED") {
        Ok(seed) => vec![seed.parse().expect("AMIO_SEED is a number")],
        Err(_) => (0..count).collect(),
    }
}

fn fail(seed: u64, arrangement: &Arrangement, periods: Periods, why: &str) -> ! {
    if std::env::var_os("AMIO_SEED").is_some() {
        let smallest = shrink(arrangement, periods);
        let now = check(&smallest, periods).expect_err("it fails");
        eprintln!("the smallest part that fails: {now}\n{smallest:#?}");
    }
    panic!("AMIO_SEED={seed} ({periods:?}): {why}");
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
            Err(why) => failures.push(format!("AMIO_SEED={seed}: {why}")),
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
            assert!(count >= least, "{rule:?} mattered {count} times, at least {least} expected");
        }
    }
}
