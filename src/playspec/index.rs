//! Which entries sound in a range of the timeline: a search, never a scan.
//!
//! The entries are sorted by where they begin; each node of the balanced tree that a binary
//! search walks through also knows the latest end below it (the augmented tree of Cormen et al.,
//! *Introduction to Algorithms*, "Interval trees", laid out in a sorted array). A query visits
//! O(k log n) nodes for k entries found, allocates nothing and keeps no state, so that seeking
//! costs the same as playing on.
//!
//! An entry that repeats with gaps is found in the same way, by its position in its interval. There is a tree
//! for each interval length. Its nodes also know the first and the last frame of all entries below them, so
//! entries that are over or have not begun are not visited. An entry with an end and short gaps counts as
//! sounding in the gaps.

use super::instances::{Instances, Interval};
use crate::error::Result;
use crate::memory;

pub(crate) struct Index {
    /// Entries that sound from their begin to their end, in frames of the timeline, or nearly so.
    spans: Tree,
    cycles: Vec<RepeatCycle>,
}

/// Entries that repeat with gaps at the same interval.
struct RepeatCycle {
    interval: Interval,
    /// By place in the interval, in parts of a frame: `denominator` of them are one.
    places: Tree,
}

/// Sorted by `begin`, then by where they live, then by `entry`: the order in which entries are
/// summed.
struct Tree(Vec<TreeNode>);

struct TreeNode {
    begin: i64,
    end: i64,
    /// Of this node and those below it.
    latest_end: i64,
    /// From the first frame to after the last, in frames of the timeline, of this node and those
    /// below it.
    life: Window,
    entry: u32,
    /// Whether the entry sounds from `begin` to `end` and at no other time.
    once: bool,
}

/// From the first place to before the second.
type Window = (i64, i64);

impl Index {
    pub fn new(instances: &[Instances]) -> Result<Index> {
        // By their interval; entries of empty clips are in no tree.
        let interval_of = |entry: &u32| instances[*entry as usize].interval_with_gaps();
        let sounds = |entry: &u32| instances[*entry as usize].length() > 0;
        let all = || (0..instances.len() as u32).filter(sounds);
        let mut entries = memory::room(all().count(), WHAT)?;
        entries.extend(all());
        entries.sort_unstable_by_key(|entry| (interval_of(entry), *entry));
        let same = |a: &u32, b: &u32| interval_of(a) == interval_of(b);

        let mut spans = Tree(Vec::new());
        let mut cycles = memory::room(entries.chunk_by(same).count(), WHAT)?;
        for entries in entries.chunk_by(same) {
            let interval = interval_of(&entries[0]);
            let nodes = entries
                .iter()
                .map(|entry| TreeNode::new(*entry, &instances[*entry as usize], interval));
            let places = Tree::new(memory::collect(nodes, WHAT)?);
            match interval {
                None => spans = places,
                Some(interval) => cycles.push(RepeatCycle { interval, places }),
            }
        }
        Ok(Index { spans, cycles })
    }

    /// Calls `found` with each entry that may sound in `[from, to)`, always in the same order; and
    /// with where it begins, if it does sound and only once, so that it need not be looked up.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log; recursion is log2(entries) deep.
    pub fn each_sounding(&self, from: i64, to: i64, mut found: impl FnMut(usize, Option<i64>)) {
        let now = (from, to);
        visit(&self.spans.0, &[now], now, &mut found);
        for cycle in &self.cycles {
            let windows = cycle.interval.windows(from, to);
            visit(&cycle.places.0, &windows, now, &mut found);
        }
    }
}

/// What memory is for.
const WHAT: &str = "the index of a playspec";

impl TreeNode {
    /// The kind of an entry: it repeats with gaps at this interval, or it sounds in one piece.
    fn new(entry: u32, instances: &Instances, interval: Option<Interval>) -> TreeNode {
        let life = (instances.begin(), instances.end());
        let (begin, end) = match interval {
            None => life,
            Some(interval) => {
                let begin = interval.place_of(instances.begin());
                (begin, begin + interval.parts_of(instances.length()))
            }
        };
        TreeNode {
            begin,
            end,
            latest_end: end,
            life,
            entry,
            once: instances.sounds_once(),
        }
    }
}

impl Interval {
    /// Where in the interval a timeline frame lies, in parts.
    fn place_of(self, frame: i64) -> i64 {
        let parts = i128::from(frame) * i128::from(self.denominator);
        parts.rem_euclid(self.numerator.into()) as i64
    }

    /// How many parts some frames are; they are shorter than the interval.
    fn parts_of(self, frames: i64) -> i64 {
        frames * i64::from(self.denominator)
    }

    /// The places of `[from, to)`, a frame wider on both sides since beginnings are rounded; as
    /// they lie in the interval, and an interval before and after, where what crosses the
    /// interval's end lies.
    fn windows(self, from: i64, to: i64) -> [Window; 3] {
        let frame = i128::from(self.denominator);
        let width = (i128::from(to) - i128::from(from) + 2) * frame;
        let interval = self.numerator as i64;
        if width >= i128::from(interval) {
            return [(i64::MIN, i64::MAX); 3];
        }
        let begin = self.place_of(from) - frame as i64;
        [-interval, 0, interval].map(|shift| (begin + shift, begin + shift + width as i64))
    }
}

impl Tree {
    fn new(mut nodes: Vec<TreeNode>) -> Tree {
        nodes.sort_unstable_by_key(|n| (n.begin, n.life.0, n.entry));
        note_what_is_below(&mut nodes);
        Tree(nodes)
    }
}

/// Returns the latest end, and the first and last frame, of a subtree.
fn note_what_is_below(nodes: &mut [TreeNode]) -> (i64, Window) {
    let middle = nodes.len() / 2;
    let Some((left, [node, right @ ..])) = nodes.split_at_mut_checked(middle) else {
        return (i64::MIN, (i64::MAX, i64::MIN));
    };
    for (latest_end, life) in [note_what_is_below(left), note_what_is_below(right)] {
        node.latest_end = node.latest_end.max(latest_end);
        node.life = (node.life.0.min(life.0), node.life.1.max(life.1));
    }
    (node.latest_end, node.life)
}

/// Calls `found` with the nodes that overlap a window, in their order. Leaves out most of those
/// whose entries do not sound at any time in `now`.
fn visit(
    nodes: &[TreeNode],
    windows: &[Window],
    now: Window,
    found: &mut impl FnMut(usize, Option<i64>),
) {
    let Some((left, [node, right @ ..])) = nodes.split_at_checked(nodes.len() / 2) else {
        return;
    };
    let earliest = nodes[0].begin;
    let may_overlap = |(from, to): &Window| node.latest_end > *from && earliest < *to;
    if node.life.1 <= now.0 || node.life.0 >= now.1 || !windows.iter().any(may_overlap) {
        return;
    }
    // Half of all calls would find nothing.
    if !left.is_empty() {
        visit(left, windows, now, found);
    }
    let overlaps = |(from, to): &Window| node.end > *from && node.begin < *to;
    if windows.iter().any(overlaps) {
        found(node.entry as usize, node.once.then_some(node.begin));
    }
    if !right.is_empty() {
        visit(right, windows, now, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that sound, found by asking each entry.
    fn scan(all: &[Instances], from: i64, to: i64) -> Vec<usize> {
        let sounds = |i: &&Instances| i.sounding(from, to).next().is_some();
        let numbered = all.iter().enumerate();
        numbered
            .filter(|(_, i)| sounds(i))
            .map(|(n, _)| n)
            .collect()
    }

    #[test]
    fn whatever_sounds_is_found_once_and_in_an_order_that_no_window_changes() {
        let mut all = Vec::new();
        let mut random = 1u64;
        let mut below = |n: u64| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 33) % n
        };
        for _ in 0..300 {
            let (numerator, denominator) =
                [(0, 1), (50, 1), (400, 1), (1_000, 7), (97, 3)][below(5) as usize];
            let count = [0, 1, 2, 5][below(4) as usize];
            let first = below(1_000) as i64 - 500;
            let length = 1 + below(60) as i64;
            all.push(Instances::at(first, length, numerator, denominator, count));
        }
        let index = Index::new(&all).expect("memory");
        let mut order = Vec::new();
        index.each_sounding(i64::MIN, i64::MAX, |entry, _| order.push(entry));
        assert_eq!(order.len(), all.len());
        for from in -600..900 {
            for length in [1, 3, 64, 500] {
                let mut found = Vec::new();
                index.each_sounding(from, from + length, |entry, once| {
                    found.push(entry);
                    let begin = all[entry].begin();
                    assert_eq!(once, all[entry].sounds_once().then_some(begin));
                });
                assert!(
                    order.iter().filter(|e| found.contains(e)).eq(&found),
                    "{from}"
                );
                found.retain(|e| all[*e].sounding(from, from + length).next().is_some());
                found.sort_unstable();
                assert_eq!(found, scan(&all, from, from + length), "{from} {length}");
            }
        }
    }

    #[test]
    fn what_has_no_frames_never_sounds() {
        let all = [(0, 0), (50, 0), (1, 1), (1_000, 3)]
            .map(|(numerator, count)| Instances::at(10, 0, numerator, 1, count));
        Index::new(&all)
            .expect("memory")
            .each_sounding(i64::MIN, i64::MAX, |entry, _| panic!("entry {entry}"));
    }

    #[test]
    fn what_repeats_with_gaps_is_not_looked_at_in_its_gaps() {
        let all: Vec<Instances> = (0..10_000)
            .map(|n| Instances::at(n * 100, 100, 1_000_000, 1, 0))
            .collect();
        let index = Index::new(&all).expect("memory");
        for from in [0, 123_456, 999_990, 1 << 40] {
            let mut found = 0;
            index.each_sounding(from, from + 256, |_, _| found += 1);
            assert!(found <= 5, "{found} at {from}");
        }
    }

    #[test]
    fn what_repeats_elsewhere_is_not_looked_at() {
        for (length, interval, count) in [(40_000, 100_000, 4), (100, 100_000, 1_000)] {
            let all: Vec<Instances> = (0..10_000)
                .map(|n| Instances::at(n * interval * 10, length, interval as u64, 1, count))
                .collect();
            let index = Index::new(&all).expect("memory");
            for from in [0, 123_456, 999_990, 1 << 30] {
                let mut found = 0;
                index.each_sounding(from, from + 256, |_, _| found += 1);
                let alive = (count as usize).div_ceil(10) + 1;
                assert!(found <= 3 * alive, "{found} at {from}");
            }
        }
    }
}
