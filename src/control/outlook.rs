//! What plays and what will: the swaps that have not ended, and which frames of streamed clips
//! will be heard soon if nothing else is asked for.

use crate::clip::Clip;
use crate::clip::stream::PAGE_FRAMES;
use crate::error::Result;
use crate::link::{self, Swap};
use crate::memory;
use crate::playspec::Compiled;
use crate::units::Ticket;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

#[derive(Default)]
pub(super) struct Outlook {
    /// The last swap that took over.
    in_force: ScheduledSwap,
    /// Swaps that have not ended, or whose end is not yet fetched from the engine. Sorted by
    /// [`link::QueuedSwap::order`].
    pending: VecDeque<(u64, ScheduledSwap)>,
    orders: HashMap<Ticket, u64>,
    /// How many of all these have streamed clips.
    streaming: usize,
}

/// What is known of a swap until it ends.
#[derive(Clone, Default)]
pub(super) struct ScheduledSwap {
    pub ticket: Ticket,
    pub when: Swap,
    /// `None` if it has no streamed clips.
    playspec: Option<Arc<Compiled>>,
}

/// A swap that has ended.
pub(super) struct EndedSwap {
    pub user_data: u64,
    /// Memory that is no longer needed. The caller drops it after every lock is released.
    #[expect(dead_code, reason = "kept only to be dropped later")]
    spare: ScheduledSwap,
}

/// How many swaps that may take over before a jump are looked at.
const MOST_BEFORE_A_JUMP: usize = 4;

/// A page of a streamed clip that will be heard.
pub(super) struct PageRequest {
    pub clip: Clip,
    pub page: u64,
    /// How many frames later it will be heard.
    due: u64,
    /// Its index among all requests, in the order in which they were found.
    number: usize,
}

impl ScheduledSwap {
    pub fn of(swap: &link::QueuedSwap) -> ScheduledSwap {
        ScheduledSwap {
            ticket: swap.ticket,
            when: swap.when,
            playspec: Some(&swap.playspec)
                .filter(|p| !p.streams.is_empty())
                .cloned(),
        }
    }
}

impl Outlook {
    /// How many swaps have not ended.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// The timeline frame at which the next pending swap is due.
    pub fn next_due(&self) -> Option<i64> {
        let (_, next) = self.pending.front()?;
        Some(next.when.insert_at)
    }

    /// The order of a swap that has not ended.
    pub fn order_of(&self, ticket: Ticket) -> Option<u64> {
        self.orders.get(&ticket).copied()
    }

    /// Makes room for so many more swaps.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn reserve(&mut self, swaps: usize) -> Result<()> {
        self.pending
            .try_reserve(swaps)
            .map_err(|_| memory::out_of_memory::<(u64, ScheduledSwap)>(swaps, WHAT))?;
        memory::reserve_in_map(&mut self.orders, swaps, WHAT)
    }

    /// Adds a swap, for which there is room, after all others.
    pub fn add(&mut self, order: u64, swap: ScheduledSwap) {
        debug_assert!(self.pending.back().is_none_or(|(last, _)| *last < order));
        self.streaming += usize::from(swap.playspec.is_some());
        self.orders.insert(swap.ticket, order);
        self.pending.push_back((order, swap));
    }

    /// As [`Outlook::add`], with the next free order number.
    pub fn add_last(&mut self, swap: ScheduledSwap) {
        let order = self.pending.back().map_or(0, |(order, _)| order + 1);
        self.add(order, swap);
    }

    /// A copy with room for so many more swaps.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn copy(&self, more: usize) -> Result<Outlook> {
        let mut copy = Outlook::default();
        copy.reserve(self.pending.len() + more)?;
        copy.in_force = self.in_force.clone();
        copy.pending.extend(self.pending.iter().cloned());
        copy.orders.extend(&self.orders);
        copy.streaming = self.streaming;
        Ok(copy)
    }

    /// Ends a swap. `None` if it had ended before.
    pub fn end(&mut self, ticket: Ticket, applied: bool) -> Option<EndedSwap> {
        let order = self.orders.remove(&ticket)?;
        let at = self
            .pending
            .binary_search_by_key(&order, |(order, _)| *order);
        let (_, mut spare) = self.pending.remove(at.ok()?)?;
        let user_data = spare.when.user_data;
        if applied {
            std::mem::swap(&mut spare, &mut self.in_force);
        }
        self.streaming -= usize::from(spare.playspec.is_some());
        Some(EndedSwap { user_data, spare })
    }

    /// Ends all swaps that have not ended, and gives them, the oldest first.
    pub fn end_all(&mut self) -> impl Iterator<Item = ScheduledSwap> + use<> {
        self.orders.clear();
        self.streaming = usize::from(self.in_force.playspec.is_some());
        let pending = std::mem::take(&mut self.pending);
        pending.into_iter().map(|(_, swap)| swap)
    }

    /// Whether anything is streamed.
    pub fn is_streaming(&self) -> bool {
        self.streaming > 0
    }

    /// What is streamed; a clip may come more than once.
    pub fn streams(&self) -> impl Iterator<Item = &Clip> {
        let swaps = self.swaps().chain([&self.in_force]);
        let playspecs = swaps.filter_map(|swap| swap.playspec.as_ref());
        playspecs.flat_map(|playspec| playspec.streams.iter())
    }

    /// Those that have not ended, the oldest first.
    fn swaps(&self) -> impl Iterator<Item = &ScheduledSwap> {
        self.pending.iter().map(|(_, swap)| swap)
    }

    /// The pages that will be heard within `horizon` frames, the soonest first. The timeline is
    /// at `position`, and `ticket` is in force. A stopped transport counts as rolling.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn page_requests(
        &self,
        ticket: Ticket,
        position: i64,
        horizon: u64,
    ) -> Result<Vec<PageRequest>> {
        let mut requests = Vec::new();
        self.walk(self.applied(ticket), position, horizon, &mut requests)?;
        sort(&mut requests);
        Ok(requests)
    }

    /// As [`Outlook::page_requests`], for a jump from position `from` that is carried out within
    /// `delay` frames. Swaps that are due before the jump may take over before it or after it.
    pub fn page_requests_after_jump(
        &self,
        ticket: Ticket,
        mut from: i64,
        to: i64,
        horizon: u64,
        mut delay: u64,
    ) -> Result<Vec<PageRequest>> {
        let mut requests = Vec::new();
        let mut applied = self.applied(ticket);
        self.walk(applied, to, horizon, &mut requests)?;
        for swap in self.swaps().skip(applied).take(MOST_BEFORE_A_JUMP) {
            let to_swap = swap.when.insert_at.saturating_sub(from).max(0) as u64;
            if to_swap > delay {
                break;
            }
            delay -= to_swap;
            let at = from.saturating_add_unsigned(to_swap);
            from = swap.when.taken_at(at).unwrap_or(at);
            applied += 1;
            self.walk(applied, to, horizon, &mut requests)?;
        }
        sort(&mut requests);
        Ok(requests)
    }

    /// How many of the pending swaps have taken over, if `ticket` is in force. Its report may not
    /// have been fetched from the engine yet.
    fn applied(&self, ticket: Ticket) -> usize {
        self.order_of(ticket).map_or(0, |order| {
            self.pending.partition_point(|(its, _)| *its <= order)
        })
    }

    /// Adds what will be heard from a position on, after so many of the pending swaps have taken over.
    fn walk(
        &self,
        applied: usize,
        mut position: i64,
        horizon: u64,
        requests: &mut Vec<PageRequest>,
    ) -> Result<()> {
        let mut pending = self.swaps().peekable();
        let mut in_force = &self.in_force;
        for swap in pending.by_ref().take(applied) {
            in_force = swap;
        }
        let mut passed = 0;
        loop {
            let next = pending.peek();
            let to_next = next.map_or(u64::MAX, |swap| {
                swap.when.insert_at.saturating_sub(position).max(0) as u64
            });
            let frames = to_next.min(horizon - passed);
            if let Some(playspec) = &in_force.playspec
                && frames > 0
            {
                let to = position.saturating_add_unsigned(frames);
                add_page_requests(requests, playspec, position, to, passed)?;
            }
            passed += frames;
            position = position.saturating_add_unsigned(frames);
            let Some(swap) = pending.next_if(|_| passed < horizon || to_next == 0) else {
                break;
            };
            if let Some(taken_at) = swap.when.taken_at(position) {
                position = taken_at;
                in_force = swap;
            }
        }
        Ok(())
    }
}

/// What memory is for.
const WHAT: &str = "the queue of swaps";

/// Sorts by when they are due. Those that are due at the same time stay in the order in which they were
/// found. Allocates nothing.
fn sort(requests: &mut [PageRequest]) {
    requests.sort_unstable_by_key(|request| (request.due, request.number));
}

/// Adds the pages that sound in the timeline frames `[from, to)`. Frame `from` is heard in `due` frames.
fn add_page_requests(
    requests: &mut Vec<PageRequest>,
    playspec: &Compiled,
    from: i64,
    to: i64,
    due: u64,
) -> Result<()> {
    let mut added = Ok(());
    playspec.index.each_sounding(from, to, |number, _| {
        let entry = &playspec.entries[number];
        if !entry.clip.is_streamed() || added.is_err() {
            return;
        }
        for begin in playspec.instances[number].sounding(from, to) {
            let first = from.saturating_sub(begin).max(0) as u64;
            let last = (to.saturating_sub(begin) as u64).min(entry.length());
            let clip_frame = entry.begin + first;
            let pages =
                clip_frame / PAGE_FRAMES as u64..(entry.begin + last).div_ceil(PAGE_FRAMES as u64);
            let heard = due + begin.saturating_sub(from).max(0) as u64;
            let count = (pages.end.saturating_sub(pages.start)) as usize;
            added = memory::reserve(requests, count, "what is read ahead");
            if added.is_err() {
                return;
            }
            let first = requests.len();
            requests.extend(pages.zip(first..).map(|(page, number)| PageRequest {
                number,
                clip: entry.clip.clone(),
                page,
                due: heard + (page * PAGE_FRAMES as u64).saturating_sub(clip_frame),
            }));
        }
    });
    added
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::stream::tests::{Numbers, Wrong};
    use crate::playspec::gains::GainTable;
    use crate::playspec::{Entry, Playspec};

    const PAGE: u64 = PAGE_FRAMES as u64;

    fn clip(pages: u64) -> Clip {
        let source = Numbers::new(pages * PAGE, Wrong::Nothing);
        Clip::streamed(Box::new(source), "numbers".as_ref()).expect("there is memory")
    }

    fn swap(ticket: u64, entries: Vec<Entry>, insert_at: i64, start_from: i64) -> link::QueuedSwap {
        let playspec = Playspec::new(entries).expect("they are valid").0;
        link::QueuedSwap {
            order: ticket,
            ticket: Ticket(ticket),
            gains: Arc::new(GainTable::new(&playspec.entries).expect("memory")),
            playspec,
            when: Swap {
                insert_at,
                start_from,
                late: link::LatePolicy::CatchUp,
                ..Swap::default()
            },
        }
    }

    /// In force is what these swaps began with; the others are pending.
    fn outlook(swaps: &[link::QueuedSwap]) -> Outlook {
        let mut outlook = Outlook::default();
        for swap in swaps {
            outlook.add(swap.order, ScheduledSwap::of(swap));
        }
        outlook.end(swaps[0].ticket, true);
        outlook
    }

    fn pages(requests: &[PageRequest], clip: &Clip) -> Vec<(u64, u64)> {
        let of_clip = requests
            .iter()
            .filter(|request| request.clip.same_data(clip));
        of_clip.map(|request| (request.page, request.due)).collect()
    }

    #[test]
    fn pages_are_wanted_in_the_order_in_which_they_are_heard() {
        let (early, late) = (clip(100), clip(100));
        let mut cropped = Entry::new(&late, 1_000);
        cropped.begin = PAGE + 96;
        let in_force = swap(1, vec![Entry::new(&early, 500), cropped], 0, 0);
        let requests = outlook(&[in_force])
            .page_requests(Ticket(1), 0, 2 * PAGE)
            .expect("memory");
        assert_eq!(pages(&requests, &early), [(0, 500), (1, 500 + PAGE)]);
        assert_eq!(
            pages(&requests, &late),
            [(1, 1_000), (2, 1_000 + PAGE - 96)]
        );
        assert!(requests.is_sorted_by_key(|request| request.due));
    }

    #[test]
    fn what_is_queued_is_wanted_from_where_it_takes_over_and_what_it_replaces_is_not() {
        let (now, next, last) = (clip(100), clip(100), clip(100));
        let swaps = [
            swap(1, vec![Entry::new(&now, 0)], 0, 0),
            swap(2, vec![Entry::new(&next, 0)], PAGE as i64, 10 * PAGE as i64),
            swap(3, vec![Entry::new(&last, 0)], 11 * PAGE as i64, 0),
        ];
        let requests = outlook(&swaps)
            .page_requests(Ticket(1), 0, 3 * PAGE)
            .expect("memory");
        assert_eq!(pages(&requests, &now), [(0, 0)]);
        assert_eq!(pages(&requests, &next), [(10, PAGE)]);
        assert_eq!(pages(&requests, &last), [(0, 2 * PAGE)]);
    }

    #[test]
    fn a_swap_that_took_over_counts_before_its_report_was_fetched() {
        let (before, now) = (clip(100), clip(100));
        let swaps = [
            swap(1, vec![Entry::new(&before, 0)], 0, 0),
            swap(2, vec![Entry::new(&now, 0)], 1_000_000, 0),
        ];
        let requests = outlook(&swaps)
            .page_requests(Ticket(2), 10, 100)
            .expect("memory");
        assert_eq!(pages(&requests, &before), []);
        assert_eq!(pages(&requests, &now), [(0, 0)]);
    }

    #[test]
    fn a_swap_that_may_take_over_before_a_jump_is_wanted_on_both_sides_of_it() {
        let (now, next) = (clip(100), clip(100));
        let swaps = [
            swap(1, vec![Entry::new(&now, 0)], 0, 0),
            swap(2, vec![Entry::new(&next, 0)], 1_000, 50 * PAGE as i64),
        ];
        let outlook = outlook(&swaps);
        let to = 20 * PAGE as i64;
        let requests = outlook
            .page_requests_after_jump(Ticket(1), 0, to, 100, 2_000)
            .expect("memory");
        // After it, it is late, and catches up.
        let caught_up = 50 + (to as u64 - 1_000) / PAGE;
        assert_eq!(pages(&requests, &next), [(caught_up, 0), (20, 0)]);
        let requests = outlook
            .page_requests_after_jump(Ticket(1), 0, to, 100, 900)
            .expect("memory");
        assert_eq!(pages(&requests, &next), [(caught_up, 0)]);
    }

    #[test]
    fn a_swap_that_is_late_is_wanted_where_it_catches_up_or_not_at_all() {
        let (now, late) = (clip(100), clip(100));
        let mut swaps = [
            swap(1, vec![Entry::new(&now, 0)], 0, 0),
            swap(2, vec![Entry::new(&late, 0)], 100, 0),
        ];
        let position = 100 + 5 * PAGE as i64;
        let requests = outlook(&swaps)
            .page_requests(Ticket(1), position, 100)
            .expect("memory");
        assert_eq!(pages(&requests, &late), [(5, 0)]);
        assert_eq!(pages(&requests, &now), []);
        swaps[1].when.late = link::LatePolicy::Refuse;
        let requests = outlook(&swaps)
            .page_requests(Ticket(1), position, 100)
            .expect("memory");
        assert_eq!(pages(&requests, &late), []);
        assert_eq!(pages(&requests, &now), [(5, 0)]);
    }

    #[test]
    fn what_has_ended_is_not_wanted_and_playspecs_without_streams_are_not_kept() {
        let loaded = Clip::from_f32(48_000, 1, &[0.5; 100]).expect("samples");
        let streamed = clip(2);
        let swaps = [
            swap(1, vec![Entry::new(&loaded, 0)], 0, 0),
            swap(2, vec![Entry::new(&streamed, 0)], 0, 0),
        ];
        let mut outlook = outlook(&swaps);
        assert!(outlook.is_streaming());
        assert!(outlook.end(Ticket(2), false).is_some());
        assert!(outlook.end(Ticket(2), false).is_none());
        assert!(!outlook.is_streaming());
        assert!(
            outlook
                .page_requests(Ticket(1), 0, 1_000)
                .expect("memory")
                .is_empty()
        );
    }
}
