//! The event that ends a swap carries the `user_data` that the program gave the swap.

use amio::{Config, DriverKind, Error, EventKind, Interface, LatePolicy, Playspec, Swap, Ticket};

fn offline(queued_swaps: usize) -> Interface {
    let mut config = Config::new(DriverKind::Offline);
    config.swap_queue = queued_swaps;
    let interface = Interface::new(config).expect("an interface");
    interface.start().expect("it starts");
    interface.set_rolling(true).expect("it rolls");
    interface.advance(1, None, None).expect("it runs");
    interface
}

fn nothing() -> Playspec {
    Playspec::new(Vec::new()).expect("an empty one")
}

fn swap(insert_at: i64, user_data: u64) -> Swap {
    Swap {
        user_data,
        ..Swap::at(insert_at)
    }
}

/// For each swap that has ended: how it ended, its ticket and its `user_data`.
fn ended(interface: &Interface) -> Vec<(&'static str, Ticket, u64)> {
    std::iter::from_fn(|| interface.next_event())
        .filter_map(|event| match event.kind {
            EventKind::Applied {
                ticket, user_data, ..
            } => Some(("applied", ticket, user_data)),
            EventKind::Superseded { ticket, user_data } => Some(("superseded", ticket, user_data)),
            EventKind::Cancelled {
                ticket, user_data, ..
            } => Some(("cancelled", ticket, user_data)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_swap_that_takes_over_or_is_superseded_has_its_number() {
    let interface = offline(8);
    let schedule = |swap| interface.schedule(&nothing(), swap).expect("there is room");
    // The second and the third swap are at the same frame.
    let first = schedule(swap(2, u64::MAX));
    let superseded = schedule(swap(3, 5));
    let last = schedule(swap(3, 6));
    let without = schedule(Swap::at(4));
    interface.advance(10, None, None).expect("it runs");
    let expected = [
        ("applied", first, u64::MAX),
        ("superseded", superseded, 5),
        ("applied", last, 6),
        ("applied", without, 0),
    ];
    assert_eq!(ended(&interface), expected);
}

#[test]
fn a_swap_that_is_cancelled_or_refuses_to_be_late_has_its_number() {
    let interface = offline(8);
    let cancelled = interface.schedule(&nothing(), swap(1_000, 7));
    let cancelled = cancelled.expect("there is room");
    interface.cancel(cancelled).expect("it waits");
    interface.advance(1, None, None).expect("it runs");
    let late = Swap {
        late: LatePolicy::Refuse,
        ..swap(0, 8)
    };
    let refused = interface.schedule(&nothing(), late).expect("there is room");
    interface.advance(1, None, None).expect("it runs");
    let expected = [("cancelled", cancelled, 7), ("cancelled", refused, 8)];
    assert_eq!(ended(&interface), expected);
}

#[test]
fn swaps_that_wait_when_the_interface_is_closed_have_their_numbers() {
    let interface = offline(8);
    let tickets = [3, 4].map(|number| {
        let ticket = interface.schedule(&nothing(), swap(1_000, number));
        ticket.expect("there is room")
    });
    interface.advance(1, None, None).expect("it runs");
    interface.close();
    let expected = [("cancelled", tickets[0], 3), ("cancelled", tickets[1], 4)];
    assert_eq!(ended(&interface), expected);
}

#[test]
fn swaps_of_a_group_have_their_numbers_whether_it_is_committed_refused_or_dropped() {
    let interface = offline(2);
    let schedule = |numbers: &[u64]| {
        let mut group = interface.group();
        let tickets: Vec<Ticket> = numbers
            .iter()
            .map(|number| group.schedule(&nothing(), swap(5, *number)))
            .collect::<amio::Result<_>>()
            .expect("a group holds them");
        (group, tickets)
    };
    let (dropped, tickets) = schedule(&[1, 2]);
    drop(dropped);
    let expected = [("cancelled", tickets[0], 1), ("cancelled", tickets[1], 2)];
    assert_eq!(ended(&interface), expected);

    let (too_large, tickets) = schedule(&[3, 4, 5]);
    let refused = too_large.commit();
    assert!(
        matches!(refused, Err(Error::QueueFull { .. })),
        "{refused:?}"
    );
    let expected = [3, 4, 5].map(|number| ("cancelled", tickets[number as usize - 3], number));
    assert_eq!(ended(&interface), expected);

    let (fits, tickets) = schedule(&[6, 7]);
    fits.commit().expect("there is room");
    interface.advance(10, None, None).expect("it runs");
    let expected = [("superseded", tickets[0], 6), ("applied", tickets[1], 7)];
    assert_eq!(ended(&interface), expected);
}
