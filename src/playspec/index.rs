//! Which entries sound in a span of the timeline: a search, never a scan.
//!
//! The entries are sorted by where they begin; each node of the balanced tree that a binary
//! search walks through also knows the latest end below it (the augmented tree of Cormen et al.,
//! *Introduction to Algorithms*, "Interval trees", laid out in a sorted array). A query visits
//! O(k log n) nodes for k entries found, allocates nothing and keeps no state, so that seeking
//! costs the same as playing on. An entry that repeats counts from its first frame to its last,
//! gaps included.

use super::instances::Instances;

pub(crate) struct Index {
    /// Sorted by `begin`, then by `entry`: the order in which entries are summed.
    nodes: Box<[Node]>,
    /// The entries that repeat.
    repeating: Box<[u32]>,
}

struct Node {
    begin: i64,
    end: i64,
    latest_end: i64,
    entry: u32,
}

impl Index {
    pub fn new(instances: &[Instances]) -> Index {
        let mut nodes: Box<[Node]> = instances
            .iter()
            .zip(0..)
            .map(|(i, entry)| Node {
                begin: i.begin(),
                end: i.end(),
                latest_end: i.end(),
                entry,
            })
            .collect();
        nodes.sort_unstable_by_key(|n| (n.begin, n.entry));
        note_latest_ends(&mut nodes);

        let numbered = instances.iter().zip(0..);
        Index {
            nodes,
            repeating: numbered
                .filter(|(i, _)| i.repeats())
                .map(|(_, entry)| entry)
                .collect(),
        }
    }

    /// Calls `found` with each entry that may sound in `[from, to)`, always in the same order.
    ///
    /// # Real-time contract
    /// Wait-free; no allocation, lock, system call or log; recursion is log2(entries) deep.
    pub fn each_sounding(&self, from: i64, to: i64, mut found: impl FnMut(usize)) {
        visit(&self.nodes, from, to, &mut found);
    }

    /// The entries that may begin, once or again, at exactly this frame: all that repeat, for the
    /// caller to check, and of the others those that do.
    ///
    /// # Real-time contract
    /// As [`Index::each_sounding`].
    pub fn beginning_at(&self, frame: i64) -> impl Iterator<Item = usize> {
        let first = self.nodes.partition_point(|node| node.begin < frame);
        let nodes = self.nodes[first..].iter();
        let begin = nodes
            .take_while(move |node| node.begin == frame)
            .map(|node| node.entry);
        begin
            .chain(self.repeating.iter().copied())
            .map(|entry| entry as usize)
    }
}

fn note_latest_ends(nodes: &mut [Node]) -> i64 {
    let middle = nodes.len() / 2;
    let Some((left, [node, right @ ..])) = nodes.split_at_mut_checked(middle) else {
        return i64::MIN;
    };
    let below = note_latest_ends(left).max(note_latest_ends(right));
    node.latest_end = node.latest_end.max(below);
    node.latest_end
}

fn visit(nodes: &[Node], from: i64, to: i64, found: &mut impl FnMut(usize)) {
    let Some((left, [node, right @ ..])) = nodes.split_at_checked(nodes.len() / 2) else {
        return;
    };
    if node.latest_end <= from {
        return;
    }
    visit(left, from, to, found);
    if node.begin < to {
        if node.end > from {
            found(node.entry as usize);
        }
        visit(right, from, to, found);
    }
}
