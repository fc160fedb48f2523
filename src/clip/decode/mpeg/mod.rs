//! Files of frames one after another, each with a header that says how long it is: MP3 and
//! AAC in ADTS. All headers are read when the file is opened, so that each frame has its place.
//!
//! Flow: [`open`] finds the first frame -> [`runs::runs`] walks through the file -> one source for
//! each run of frames that belong together -> [`chain`](super::chain), if there are several.

mod adts;
mod mp3;
mod mp3_decoder;
mod open_runs;
mod runs;

use super::info::Opened;
use super::input::{Input, InputWindow};
use super::tags;
use crate::error::Result;
use runs::first;
use std::sync::Arc;

/// Opens a file whose frames begin at its first byte or soon after. `None` if it has none.
pub fn open(input: &Arc<Input>) -> Result<Option<Opened>> {
    let input = &input.until(tags::before_footed_tag(input)?);
    let mut window = InputWindow::new(Arc::clone(input));
    let free = mp3::free_format(&mut window)?;
    let mp3 = first(&mut window, |bytes| mp3::Header::parse(bytes, free))?;
    let adts = first(&mut window, adts::Header::parse)?;
    match (mp3, adts) {
        (Some((at, _)), other) if other.is_none_or(|(offset, _)| at < offset) => {
            mp3::open(input, at, free).map(Some)
        }
        (_, Some((at, _))) => adts::open(input, at).map(Some),
        _ => match mp3::other_layer(window.at(0, 4)?) {
            Some(name) => Err(input.bad(name)),
            None => Ok(None),
        },
    }
}
