//! Waiting for something to print, while the reader of the printed text may go.

use crate::failure::{Failure, Result};
use crate::interrupt::RESPONSE;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::os::fd::AsFd;

/// Waits until the source is readable, for at most [`RESPONSE`].
///
/// # Errors
/// [`Failure::Unread`]: the reader of stdout has closed the pipe.
pub fn wait_for(source: &impl AsFd) -> Result<()> {
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: RESPONSE.subsec_nanos().into(),
    };
    let stdout = std::io::stdout();
    // Without a flag, the end of the reader is told all the same.
    let mut waited = [
        PollFd::new(source, PollFlags::IN),
        PollFd::new(&stdout, PollFlags::empty()),
    ];
    match poll(&mut waited, Some(&timeout)) {
        Err(Errno::INTR) => Ok(()),
        Err(error) => Err(Failure::of("waiting", error)),
        Ok(_)
            if waited[1]
                .revents()
                .intersects(PollFlags::ERR | PollFlags::HUP) =>
        {
            Err(Failure::Unread)
        }
        Ok(_) => Ok(()),
    }
}
