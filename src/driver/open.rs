//! Opens the driver that is asked for.

use super::alsa;
use super::contract::{Driver, Notify};
use super::jack;
use super::null::Null;
use super::offline::Offline;
use super::target::{Request, Target};
use crate::error::Result;

/// Opens a driver. It may block as long as its server does.
pub(crate) fn open(request: &Request, notify: Notify) -> Result<Box<dyn Driver>> {
    match &request.target {
        Target::Jack(target) => jack::open(target, request, notify),
        Target::Alsa(config) => alsa::open(config, request, notify),
        Target::Null(target) => Ok(Box::new(Null::new(*target, request, notify))),
        Target::Offline(target) => Ok(Box::new(Offline::new(*target, request)?)),
    }
}

/// How many exclusive calls of this process's drivers have ended: opening, starting, stopping and closing a client
/// of a JACK server. Only one of them runs at a time. While this number grows, those that wait make progress.
pub(crate) fn turns_ended() -> u64 {
    jack::turns_ended()
}
