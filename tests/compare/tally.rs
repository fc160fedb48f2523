//! Counts formats, modes and references that were compared, and prints them at the end.

use crate::case::{Case, NotMade};
use crate::explained::Explained;
use crate::references::Reference;
use std::collections::BTreeMap;

/// Counts of one format.
#[derive(Default)]
struct Format {
    files: u64,
    modes: BTreeMap<&'static str, u64>,
    references: BTreeMap<&'static str, u64>,
    not_made: u64,
    /// Why the first file that could not be made was not made.
    first_not_made: String,
}

#[derive(Default)]
pub struct Tally {
    formats: BTreeMap<&'static str, Format>,
    explained: BTreeMap<&'static str, (&'static Explained, u64)>,
}

impl Tally {
    /// Counts a case that was compared with these references.
    pub fn compared(&mut self, case: &Case, references: &[Reference]) {
        let format = self.formats.entry(case.format).or_default();
        format.files += 1;
        for mode in &case.modes {
            *format.modes.entry(mode).or_default() += 1;
        }
        for reference in references {
            *format.references.entry(reference.name()).or_default() += 1;
        }
    }

    pub fn explained(&mut self, entry: &'static Explained) {
        self.explained.entry(entry.what).or_insert((entry, 0)).1 += 1;
    }

    /// Counts a case whose encoder rejected its options.
    pub fn not_made(&mut self, format: &'static str, why: NotMade) {
        let format = self.formats.entry(format).or_default();
        if format.not_made == 0 {
            format.first_not_made = why.0;
        }
        format.not_made += 1;
    }

    /// Prints everything; returns whether each format was compared, and made in most cases.
    pub fn print(&self, formats: &[&'static str]) -> bool {
        let list = |counts: &BTreeMap<&str, u64>| {
            let items: Vec<String> = counts.iter().map(|(k, n)| format!("{k} {n}")).collect();
            items.join(", ")
        };
        let mut complete = true;
        for name in formats {
            let Some(format) = self.formats.get(name) else {
                println!("{name}: never compared");
                complete = false;
                continue;
            };
            println!(
                "{name}: {} files, with {}",
                format.files,
                list(&format.references)
            );
            println!("    {}", list(&format.modes));
            if format.not_made > 0 {
                println!(
                    "    {} not made, the first: {}",
                    format.not_made, format.first_not_made
                );
            }
            let compared = format.references.values().max().copied().unwrap_or(0);
            complete &= compared > 0 && format.files > format.not_made;
        }
        if !self.explained.is_empty() {
            println!("explained differences (tests/compare/explained.rs):");
        }
        for (entry, count) in self.explained.values() {
            println!("    {count:5} {}", entry.what);
            println!("          {}", entry.why);
        }
        complete
    }
}
