//! Opening a driver: the one way, for the first time and after a loss.

use super::core::Core;
use super::inbox::Inbox;
use crate::driver::{self, Driver, Info, Notify, Request, Resume};
use crate::error::Result;
use std::sync::Arc;

/// A driver that is to be opened.
pub(super) struct Opening {
    request: Request,
    notify: Notify,
}

impl Opening {
    /// From here on, only the notices of this driver reach the inbox.
    pub fn first(request: Request, inbox: &Arc<Inbox>) -> Opening {
        Opening {
            request,
            notify: inbox.notify(),
        }
    }

    /// As [`Opening::first`], for an interface whose driver was lost or given up.
    pub fn again(core: &Core, resume: Option<Resume>) -> Opening {
        let request = core.config.request_again(core.rate.hz(), resume);
        Opening::first(request, &core.inbox)
    }

    /// Opens it in its place at a worker. It may block for as long as its server does.
    pub fn run(self, place: &mut Option<Box<dyn Driver>>) -> Result<Info> {
        let driver = place.insert(driver::open(&self.request, self.notify)?);
        Ok(driver.info())
    }
}
