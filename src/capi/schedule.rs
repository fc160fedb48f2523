//! Schedule: which playspec takes over at which frame.

use super::fault::{Checked, Fault, not_one_of};
use super::guard::{Caller, guard};
use super::handles::{self, Handle, ReservedHandle};
use super::interface::amio_interface;
use super::playspec::{amio_playspec, check_gains};
use super::status::{AMIO_ERROR_INVALID_STATE, amio_status};
use super::transport::boolean;
use crate::lock::Mutex;
use crate::{Group, LatePolicy, Swap, Ticket};
use std::sync::Arc;

/// Up to 4096 commands that take effect together, at the first frame of the same period.
pub struct amio_group {
    _opaque: [u8; 0],
}

impl Handle for amio_group {
    type Target = Arc<OpenGroup>;
    const NAME: &'static str = "a group";
}

/// An `insert_at` that is never late: the swap takes over with the next period, or where the one before
/// it does.
pub const AMIO_INSERT_AT_ONCE: i64 = i64::MIN;
/// A `start_from` that leaves the position as it is: the timeline goes on.
pub const AMIO_START_CONTINUE: i64 = i64::MIN;

/// A swap that is late begins where it would be now if it had been in time: at
/// `start_from + (position - insert_at)`. The default.
pub const AMIO_LATE_CATCH_UP: u32 = 0;
/// A swap that is late begins at `start_from`.
pub const AMIO_LATE_SLIP: u32 = 1;
/// A swap that is late does not happen: its ticket ends as cancelled.
pub const AMIO_LATE_REFUSE: u32 = 2;

/// No swap: the ticket before the first swap. Swaps have tickets from 1.
pub const AMIO_TICKET_NONE: u64 = 0;

/// Schedules a playspec. When the position reaches `insert_at`, the playspec takes over, also in the middle of
/// a period. Its own frame `start_from` sounds there: the position becomes `start_from`. With
/// AMIO_START_CONTINUE the position goes on instead; use it if all playspecs lie on one timeline. Scheduled
/// swaps form a queue, first in, first out. Each `insert_at` is a frame of the timeline that is in force then,
/// the predecessor's. Each ticket ends in exactly one event: AMIO_EVENT_APPLIED, AMIO_EVENT_SUPERSEDED or
/// AMIO_EVENT_CANCELLED.
///
/// After its first success, no entry can be added to the playspec.
///
/// Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
/// at most half a second.
/// Units: positions in frames, -2^61 to 2^61, or AMIO_INSERT_AT_ONCE and AMIO_START_CONTINUE;
/// `late_policy` is one of AMIO_LATE_*. `user_data` is any number that the program chooses. The event with which
/// the ticket ends has it, also if another thread fetches that event before this call returns.
/// Ownership: the interface keeps what it needs of the playspec; the handle may be freed. If `user_data` is an
/// address, the library neither reads it nor frees it.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (a
/// position, the late policy, an entry on outputs that the interface has not);
/// AMIO_ERROR_RATE_MISMATCH (a clip has another rate than the interface); AMIO_ERROR_QUEUE_FULL;
/// AMIO_ERROR_INVALID_STATE (closed); AMIO_ERROR_SYSTEM (the thread that reads streamed clips
/// cannot be started); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_interface_schedule(
    iface: *mut amio_interface,
    playspec: *mut amio_playspec,
    insert_at: i64,
    start_from: i64,
    late_policy: u32,
    user_data: u64,
    out_ticket: *mut u64,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let draft = handles::get("playspec", playspec)?;
        let swap = swap(insert_at, start_from, late_policy, user_data)?;
        let out = caller.out("out_ticket", out_ticket)?;
        let ticket = draft.schedule(iface.addr(), |playspec| interface.schedule(playspec, swap))?;
        out.set(ticket.0);
        Ok(())
    })
}

/// Cancels a swap that has not taken over yet. Its ticket ends as cancelled, or as applied if it
/// was just being taken: the event says which.
///
/// Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
/// at most half a second.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_NO_SUCH_TICKET (never
/// issued by this interface, or ended); AMIO_ERROR_QUEUE_FULL; AMIO_ERROR_INVALID_STATE (closed);
/// AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_interface_cancel(
    iface: *mut amio_interface,
    ticket: u64,
) -> amio_status {
    guard(|| Ok(handles::get("iface", iface)?.cancel(Ticket(ticket))?))
}

/// Makes an empty group for an interface. Its commands take effect only with
/// amio_group_commit().
///
/// Thread: any.
/// Ownership: release it with amio_group_free(). It does not keep the interface from being freed.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_group_new(
    iface: *mut amio_interface,
    out_group: *mut *mut amio_group,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let interface = handles::get("iface", iface)?;
        let out = caller.out("out_group", out_group)?;
        let place = ReservedHandle::take()?;
        out.set(place.fill(Arc::new(OpenGroup {
            interface: iface.addr(),
            commands: Mutex::new(Some(interface.group())),
        })));
        Ok(())
    })
}

/// As amio_interface_schedule(), when the group is committed.
///
/// Thread: any but the audio thread.
/// Units and ownership: as amio_interface_schedule().
/// Errors: as amio_interface_schedule(), but that a full queue is noticed by amio_group_commit();
/// AMIO_ERROR_INVALID_STATE also if the group was committed or is full.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_group_schedule(
    group: *mut amio_group,
    playspec: *mut amio_playspec,
    insert_at: i64,
    start_from: i64,
    late_policy: u32,
    user_data: u64,
    out_ticket: *mut u64,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let group = handles::get("group", group)?;
        let draft = handles::get("playspec", playspec)?;
        let swap = swap(insert_at, start_from, late_policy, user_data)?;
        let out = caller.out("out_ticket", out_ticket)?;
        let ticket = group.with(|commands| {
            draft.schedule(group.interface, |playspec| {
                commands.schedule(playspec, swap)
            })
        })?;
        out.set(ticket.0);
        Ok(())
    })
}

/// As amio_interface_cancel(), when the group is committed.
///
/// Thread: any but the audio thread.
/// Errors: as amio_interface_cancel(), but that a full queue is noticed by amio_group_commit();
/// AMIO_ERROR_INVALID_STATE also if the group was committed or is full.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_group_cancel(group: *mut amio_group, ticket: u64) -> amio_status {
    guard(|| handles::get("group", group)?.with(|commands| Ok(commands.cancel(Ticket(ticket))?)))
}

/// Changes the gain of an entry of a scheduled playspec, on this group's interface only, when the
/// group is committed.
///
/// Thread: any but the audio thread.
/// Units: as amio_playspec_set_gain().
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such
/// entry, a gain or the ramp is out of range); AMIO_ERROR_INVALID_STATE (the playspec was never
/// scheduled, the group was committed or is full, or the interface is closed);
/// AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_group_set_gain(
    group: *mut amio_group,
    playspec: *mut amio_playspec,
    entry: u64,
    gain_left: f32,
    gain_right: f32,
    ramp_frames: u64,
) -> amio_status {
    guard(|| {
        let group = handles::get("group", group)?;
        let draft = handles::get("playspec", playspec)?;
        let gain = check_gains(gain_left, gain_right, ramp_frames)?;
        group.with(|commands| {
            draft.with_entry(entry, |playspec, index| {
                commands.set_gain(playspec, index, gain, ramp_frames)
            })
        })
    })
}

/// As amio_interface_set_position(), when the group is committed.
///
/// Thread: any but the audio thread. Units: frames, -2^61 to 2^61.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT;
/// AMIO_ERROR_INVALID_STATE (the group was committed or is full); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_group_set_position(
    group: *mut amio_group,
    position: i64,
) -> amio_status {
    guard(|| handles::get("group", group)?.with(|commands| Ok(commands.set_position(position)?)))
}

/// As amio_interface_set_rolling(), when the group is committed.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (neither
/// 0 nor 1); AMIO_ERROR_INVALID_STATE (the group was committed or is full);
/// AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_group_set_rolling(
    group: *mut amio_group,
    rolling: u32,
) -> amio_status {
    guard(|| {
        let group = handles::get("group", group)?;
        let rolling = boolean("rolling", rolling)?;
        group.with(|commands| Ok(commands.set_rolling(rolling)?))
    })
}

/// Sends all commands of the group to the interface. They take effect at the first frame of the
/// same period, in the order in which they were added. The group cannot be used again, also if this fails:
/// free it, and make a new one.
///
/// Thread: any but the audio thread. If clips are streamed, it first reads what sounds at once, for
/// at most half a second.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_STATE (the group
/// was committed already, or the interface is closed); AMIO_ERROR_QUEUE_FULL;
/// AMIO_ERROR_OUT_OF_MEMORY. After these, nothing of the group happens, and tickets of its swaps
/// end as cancelled.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_group_commit(group: *mut amio_group) -> amio_status {
    guard(|| {
        let group = handles::get("group", group)?;
        let commands = group.commands.lock().take();
        Ok(commands.ok_or_else(committed)?.commit()?)
    })
}

/// Frees a group. If it was not committed, its commands do not happen, and the tickets of its swaps end as
/// cancelled. NULL does nothing.
///
/// Thread: any but the audio thread.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_group_free(group: *mut amio_group) -> amio_status {
    guard(|| {
        drop(handles::release("group", group)?);
        Ok(())
    })
}

/// What a group's handle stands for.
pub(super) struct OpenGroup {
    /// Key of the interface that it belongs to.
    interface: usize,
    /// `None` once it was committed.
    commands: Mutex<Option<Group>>,
}

impl OpenGroup {
    fn with<T>(&self, change: impl FnOnce(&mut Group) -> Checked<T>) -> Checked<T> {
        change(self.commands.lock().as_mut().ok_or_else(committed)?)
    }
}

fn committed() -> Fault {
    Fault::new(
        AMIO_ERROR_INVALID_STATE,
        "group was committed already; make a new one",
    )
}

fn swap(insert_at: i64, start_from: i64, late_policy: u32, user_data: u64) -> Checked<Swap> {
    Ok(Swap {
        insert_at: match insert_at {
            AMIO_INSERT_AT_ONCE => Swap::AT_ONCE,
            frame => frame,
        },
        start_from: match start_from {
            AMIO_START_CONTINUE => Swap::CONTINUE,
            frame => frame,
        },
        late: match late_policy {
            AMIO_LATE_CATCH_UP => LatePolicy::CatchUp,
            AMIO_LATE_SLIP => LatePolicy::Slip,
            AMIO_LATE_REFUSE => LatePolicy::Refuse,
            other => return Err(not_one_of("late_policy", other, "AMIO_LATE_*, 0 to 2")),
        },
        user_data,
    })
}
