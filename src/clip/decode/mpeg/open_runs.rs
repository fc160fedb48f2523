//! One source for all runs of frames of a file.

use crate::clip::decode::chain::Parts;
use crate::clip::decode::info::Opened;
use crate::clip::decode::input::Input;
use crate::error::Result;
use std::sync::Arc;

/// Opens runs of frames, one after another, each by `open_run`.
pub(super) fn open_runs<Run: Send + Sync + 'static>(
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
