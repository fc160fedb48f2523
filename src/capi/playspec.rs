//! Playspecs: lists of clips, each placed, cropped, repeated and scaled.

use super::clip::amio_clip;
use super::fault::{Checked, Fault};
use super::guard::{Caller, guard};
use super::handles::{self, Handle, ReservedHandle};
use super::interface::amio_interface;
use super::sized::Versioned;
use super::status::{AMIO_ERROR_INVALID_STATE, AMIO_ERROR_UNSUPPORTED, amio_status};
use crate::lock::Mutex;
use crate::memory;
use crate::units::{check_gain, check_length};
use crate::{Entry, Error, Gain, Playspec, Repeat};
use std::mem::offset_of;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;

/// What is to sound: a list of entries. amio_playspec_add() adds entries until the playspec is first
/// scheduled. After that only the gains of its entries can change. It may be scheduled any number of
/// times, on several interfaces at once.
pub struct amio_playspec {
    _opaque: [u8; 0],
}

impl Handle for amio_playspec {
    type Target = Arc<Draft>;
    const NAME: &'static str = "a playspec";
}

/// One clip, cropped, placed, repeated and scaled. Fill it in with amio_playspec_entry_init(),
/// then change what differs. Gains have no default: 0 is silence.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct amio_playspec_entry {
    /// sizeof(amio_playspec_entry).
    pub struct_size: u32,
    /// The output, from 0, that the clip's first channel goes to. Channel c of a clip of several
    /// channels sounds on output `first_output_channel + c`; a clip of one channel sounds on this
    /// output with the left gain and on the next one, where there is one, with the right gain.
    pub first_output_channel: u32,
    /// What sounds. The playspec keeps its data; the handle may be freed.
    pub clip: *mut amio_clip,
    /// The first frame of the clip that sounds.
    pub source_begin_frame: u64,
    /// The first frame of the clip that no longer sounds. 0: the clip's end. An end beyond the
    /// clip is an error.
    pub source_end_frame: u64,
    /// The timeline frame at which `source_begin_frame` sounds, -2^61 to 2^61.
    pub play_at_frame: i64,
    /// The entry sounds again every `repeat_interval_frames / repeat_interval_denominator` frames:
    /// repeat k begins at `play_at_frame + round(k * interval)`, halves upwards, so that a
    /// metronome never drifts. At least 1 frame in all. 0: no repeat.
    pub repeat_interval_frames: u64,
    /// What `repeat_interval_frames` is divided by. 0: 1.
    pub repeat_interval_denominator: u32,
    /// Must be 0.
    pub reserved: u32,
    /// How often the entry sounds in all, if it repeats. 0: without end.
    pub repeat_count: u64,
    /// Factor for the clip's channels 0, 2, 4, ...; finite, -1e6 to 1e6. 1 leaves them unchanged.
    pub gain_left: f32,
    /// Factor for the clip's channels 1, 3, 5, ...; finite, -1e6 to 1e6. 1 leaves them unchanged.
    pub gain_right: f32,
    /// Frames over which each repeat fades in from silence; at most as long as it sounds.
    pub fade_in_frames: u64,
    /// Frames over which each repeat fades out to silence; at most as long as it sounds.
    pub fade_out_frames: u64,
}

// SAFETY: repr(C), the first field is its size, and it has numbers and a raw pointer only.
unsafe impl Versioned for amio_playspec_entry {
    const NAME: &'static str = "amio_playspec_entry";
    const SMALLEST: usize = offset_of!(amio_playspec_entry, fade_in_frames);
}

/// Makes an empty playspec, which is silence.
///
/// Thread: any but the audio thread.
/// Ownership: release it with amio_playspec_free(); what is scheduled plays on without it.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_playspec_new(
    out_playspec: *mut *mut amio_playspec,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let out = caller.out("out_playspec", out_playspec)?;
        out.set(ReservedHandle::take()?.fill(Arc::default()));
        Ok(())
    })
}

/// Sets every field of an entry: the whole clip once, unchanged, at timeline frame 0, from output
/// 0 on.
///
/// Thread: any.
/// Units: `struct_size` is sizeof(amio_playspec_entry).
/// Ownership: `out_entry` is the caller's; `clip` is only noted in it.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT
/// (struct_size).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_playspec_entry_init(
    out_entry: *mut amio_playspec_entry,
    struct_size: usize,
    clip: *mut amio_clip,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        handles::get("clip", clip)?;
        caller.fill(
            "out_entry",
            out_entry,
            struct_size,
            &amio_playspec_entry {
                struct_size: 0,
                first_output_channel: 0,
                clip,
                source_begin_frame: 0,
                source_end_frame: 0,
                play_at_frame: 0,
                repeat_interval_frames: 0,
                repeat_interval_denominator: 0,
                reserved: 0,
                repeat_count: 0,
                gain_left: Gain::UNITY.left,
                gain_right: Gain::UNITY.right,
                fade_in_frames: 0,
                fade_out_frames: 0,
            },
        )
    })
}

/// Adds an entry; its number, counted from 0, names it in amio_playspec_set_gain().
///
/// Thread: any but the audio thread.
/// Ownership: `entry` is borrowed for the call; the playspec keeps the clip's data.
/// Errors: AMIO_ERROR_NULL_POINTER (`entry->clip` too); AMIO_ERROR_INVALID_HANDLE;
/// AMIO_ERROR_INVALID_ARGUMENT (a field is out of range or beyond the clip; a repeat of which more
/// than 1024 copies would sound at once); AMIO_ERROR_UNSUPPORTED (the struct is newer than the
/// library); AMIO_ERROR_INVALID_STATE (it was scheduled: make a new playspec);
/// AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn amio_playspec_add(
    playspec: *mut amio_playspec,
    entry: *const amio_playspec_entry,
    out_number: *mut u64,
) -> amio_status {
    // SAFETY: the pointers come from a C caller.
    let caller = unsafe { Caller::trusted() };
    guard(|| {
        let draft = handles::get("playspec", playspec)?;
        let entry = check_entry(&caller.read("entry", entry)?)?;
        let out = caller.out("out_number", out_number)?;
        out.set(draft.add(entry)?);
        Ok(())
    })
}

/// Changes the gain of an entry. Before the playspec is first scheduled, it changes the entry.
/// Afterwards it changes what sounds, on every interface on which this playspec has been
/// scheduled and that still exists: from the first frame of its next period, linearly over
/// `ramp_frames`. An interface on which the playspec is scheduled for the first time later begins
/// with the gains that the entries had before the first scheduling.
///
/// Thread: any but the audio thread.
/// Units: `entry` as amio_playspec_add() numbered it; factors, finite, -1e6 to 1e6; `ramp_frames`
/// 0 to 2^60.
/// Errors: AMIO_ERROR_NULL_POINTER; AMIO_ERROR_INVALID_HANDLE; AMIO_ERROR_INVALID_ARGUMENT (no such
/// entry, a gain or the ramp is out of range); AMIO_ERROR_QUEUE_FULL (on at least one interface;
/// the others have it); AMIO_ERROR_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_playspec_set_gain(
    playspec: *mut amio_playspec,
    entry: u64,
    gain_left: f32,
    gain_right: f32,
    ramp_frames: u64,
) -> amio_status {
    guard(|| {
        let draft = handles::get("playspec", playspec)?;
        draft.set_gain(
            entry,
            check_gains(gain_left, gain_right, ramp_frames)?,
            ramp_frames,
        )
    })
}

/// Frees the handle. A scheduled playspec stays scheduled and plays on. NULL does nothing.
///
/// Thread: any but the audio thread; may call the release callbacks of borrowed clips.
/// Errors: AMIO_ERROR_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn amio_playspec_free(playspec: *mut amio_playspec) -> amio_status {
    guard(|| {
        drop(handles::release("playspec", playspec)?);
        Ok(())
    })
}

/// What a playspec's handle stands for.
#[derive(Default)]
pub(super) struct Draft(Mutex<EntryStage>);

#[derive(Default)]
struct EntryStage {
    /// What was added, until it is finished.
    entries: Vec<Entry>,
    finished: Option<Playspec>,
    /// Keys of those on which it was scheduled, which do not keep them alive. As long as there are
    /// none, entries can be added.
    interfaces: Vec<usize>,
}

/// What memory is for.
const WHAT: &str = "a playspec";

impl EntryStage {
    /// The entries, as long as some can be added.
    fn open(&mut self) -> Checked<Option<&mut Vec<Entry>>> {
        if self.is_scheduled() {
            return Ok(None);
        }
        // Scheduling it has failed.
        if let Some(playspec) = &self.finished {
            self.entries = memory::collect(playspec.entries().iter().cloned(), WHAT)?;
            self.finished = None;
        }
        Ok(Some(&mut self.entries))
    }

    fn is_scheduled(&self) -> bool {
        !self.interfaces.is_empty()
    }

    fn finish(&mut self) -> Checked<&Playspec> {
        let playspec = match self.finished.take() {
            Some(playspec) => playspec,
            None => Playspec::take(&mut self.entries)?,
        };
        Ok(self.finished.insert(playspec))
    }
}

impl Draft {
    fn add(&self, entry: Entry) -> Checked<u64> {
        let mut stage = self.0.lock();
        let Some(entries) = stage.open()? else {
            return Err(Fault::new(
                AMIO_ERROR_INVALID_STATE,
                "playspec was scheduled already and can no longer change; make a new one",
            ));
        };
        memory::push(entries, entry, WHAT)?;
        Ok(entries.len() as u64 - 1)
    }

    fn set_gain(&self, number: u64, gain: Gain, ramp_frames: u64) -> Checked {
        let (playspec, interfaces) = {
            let mut stage = self.0.lock();
            if let Some(entries) = stage.open()? {
                let index = check_number(number, entries.len())?;
                entries[index].gain = gain;
                return Ok(());
            }
            let interfaces = memory::collect(stage.interfaces.iter().copied(), WHAT)?;
            (stage.finish()?.clone(), interfaces)
        };
        let index = check_number(number, playspec.entries().len())?;
        let mut result = Ok(());
        for interface in interfaces
            .into_iter()
            .filter_map(handles::by_key::<amio_interface>)
        {
            match interface.set_gain(&playspec, index, gain, ramp_frames) {
                // It was closed, and nothing sounds there any more.
                Err(Error::InvalidState(_)) => {}
                set => result = result.and(set),
            }
        }
        Ok(result?)
    }

    /// Runs `schedule` with the finished playspec. Once that has succeeded, no entry can be added
    /// and gains are changed on the interface too.
    pub fn schedule<T>(
        &self,
        interface: usize,
        schedule: impl FnOnce(&Playspec) -> crate::Result<T>,
    ) -> Checked<T> {
        let mut stage = self.0.lock();
        memory::reserve(&mut stage.interfaces, 1, WHAT)?;
        let scheduled = schedule(stage.finish()?)?;
        let interfaces = &mut stage.interfaces;
        if !interfaces.contains(&interface) {
            interfaces.retain(|&key| handles::by_key::<amio_interface>(key).is_some());
            interfaces.push(interface);
        }
        Ok(scheduled)
    }

    /// Runs `change` with the playspec, if it was scheduled, and the index of one of its entries.
    pub fn with_entry(
        &self,
        number: u64,
        change: impl FnOnce(&Playspec, usize) -> crate::Result<()>,
    ) -> Checked {
        let mut stage = self.0.lock();
        if !stage.is_scheduled() {
            return Err(Fault::new(
                AMIO_ERROR_INVALID_STATE,
                "playspec was not scheduled yet; change its entries with amio_playspec_set_gain()",
            ));
        }
        let playspec = stage.finish()?;
        let index = check_number(number, playspec.entries().len())?;
        Ok(change(playspec, index)?)
    }
}

fn check_number(number: u64, entries: usize) -> Checked<usize> {
    if number < entries as u64 {
        return Ok(number as usize);
    }
    Err(Fault::argument(format!(
        "entry is {number}; the playspec has {entries} entries, counted from 0"
    )))
}

/// The gain of a change, checked together with its ramp.
pub(super) fn check_gains(left: f32, right: f32, ramp_frames: u64) -> Checked<Gain> {
    check_length("ramp_frames", ramp_frames)?;
    Ok(Gain {
        left: check_gain("gain_left", left)?,
        right: check_gain("gain_right", right)?,
    })
}

fn check_entry(given: &amio_playspec_entry) -> Checked<Entry> {
    let clip = handles::get("entry->clip", given.clip)?;
    if given.reserved != 0 {
        return Err(Fault::new(
            AMIO_ERROR_UNSUPPORTED,
            format!("entry->reserved is {}; it must be 0", given.reserved),
        ));
    }
    let frames = clip.info().frames;
    let entry = Entry {
        begin: given.source_begin_frame,
        end: match given.source_end_frame {
            0 => frames,
            end => end,
        },
        play_at: given.play_at_frame,
        repeat: repeat(given)?,
        gain: Gain {
            left: given.gain_left,
            right: given.gain_right,
        },
        first_output: given.first_output_channel.try_into().map_err(|_| {
            Fault::argument(format!(
                "entry->first_output_channel is {}; it must be 0 to 64 less the clip's channels",
                given.first_output_channel
            ))
        })?,
        fade_in: given.fade_in_frames,
        fade_out: given.fade_out_frames,
        clip,
    };
    entry
        .check()
        .map_err(|e| Fault::renamed(e, &ENTRY_FIELDS))?;
    Ok(entry)
}

/// What the crate calls a field of an entry, and what C calls it.
const ENTRY_FIELDS: [(&str, &str); 10] = [
    ("begin", "entry->source_begin_frame"),
    ("end", "entry->source_end_frame"),
    ("play_at", "entry->play_at_frame"),
    ("repeat.numerator", "entry->repeat_interval_frames"),
    (
        "repeat interval",
        "entry->repeat_interval_frames / repeat_interval_denominator",
    ),
    ("gain.left", "entry->gain_left"),
    ("gain.right", "entry->gain_right"),
    ("first_output", "entry->first_output_channel"),
    ("fade_in", "entry->fade_in_frames"),
    ("fade_out", "entry->fade_out_frames"),
];

fn repeat(given: &amio_playspec_entry) -> Checked<Option<Repeat>> {
    let Some(numerator) = NonZeroU64::new(given.repeat_interval_frames) else {
        if given.repeat_interval_denominator != 0 || given.repeat_count != 0 {
            return Err(Fault::argument(format!(
                "entry->repeat_interval_frames is 0, which means no repeat, but \
                 repeat_interval_denominator is {} and repeat_count is {}; they must be 0 then",
                given.repeat_interval_denominator, given.repeat_count
            )));
        }
        return Ok(None);
    };
    Ok(Some(Repeat {
        numerator,
        denominator: NonZeroU32::new(given.repeat_interval_denominator).unwrap_or(NonZeroU32::MIN),
        count: NonZeroU64::new(given.repeat_count),
    }))
}
