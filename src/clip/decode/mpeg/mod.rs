//! Files that are frames one after another, each with a header that says how long it is: MP3 and
//! AAC in ADTS. All headers are read when the file is opened, so that each frame has its place.
//!
//! Flow: [`open`] finds the first frame -> [`runs::runs`] walks through the file -> one source for
//! each run of frames that belong together -> [`chain`](super::chain), if there are several.

mod adts;
mod mp3;
mod mp3_decoder;
mod runs;

use super::Opened;
use super::chain::Parts;
use super::input::{Input, Window};
use super::tags;
use crate::error::Result;
use runs::first;
use std::sync::Arc;

/// Opens a file whose frames begin at its first byte or soon after.
pub fn open(input: &Arc<Input>) -> Result<Opened> {
    let input = &input.until(tags::before_footed_tag(input)?);
    let mut window = Window::new(Arc::clone(input));
    let free = mp3::free_format(&mut window)?;
    let mp3 = first(&mut window, |bytes| mp3::Header::parse(bytes, free))?;
    let adts = first(&mut window, adts::Header::parse)?;
    match (mp3, adts) {
        (Some((at, _)), other) if other.is_none_or(|(offset, _)| at < offset) => {
            mp3::open(input, at, free)
        }
        (_, Some((at, _))) => adts::open(input, at),
        _ => match mp3::other_layer(window.at(0, 4)?) {
            Some(name) => Err(input.bad(name)),
            None => super::unknown(input),
        },
    }
}

/// Opens runs of frames, one after another, each by `open_run`.
fn open_runs<Run: Send + Sync + 'static>(
    input: &Arc<Input>,
    runs: Vec<Run>,
    open_run: impl Fn(&Arc<Input>, &Run) -> Result<Opened> + Clone + Send + 'static,
) -> Result<Opened> {
    let mut parts = Parts::default();
    for run in runs {
        let run = Arc::new(run);
        let opened = open_run(input, &run)?;
        let (input, open_run) = (Arc::clone(input), open_run.clone());
        let again = move || Ok(open_run(&input, &run)?.source);
        parts.push(opened, Box::new(again))?;
    }
    parts.join(input)
}
