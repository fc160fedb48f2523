//! `amio graph restore --watch`: a patch that is made again as clients and servers come and go.

use super::events::{Next, Queue};
use super::graph::{others, with_full_names};
use super::{NAME, Session, open, run_while, try_open};
use crate::args::Restore;
use crate::failure::Result;
use crate::interrupt::{Interrupt, RESPONSE};
use crate::status::Status;
use amio::Error;
use amio::jack::{Changes, Client, Graph, Link, Outcome, Patch, Restorer};
use std::collections::BTreeSet;

/// Restores the patch until Ctrl-C.
pub fn watch(args: &Restore, patch: Patch, status: Status) -> Result<()> {
    let interrupt = Interrupt::catch()?;
    let mut restoring = Restoring {
        links: patch.links.clone(),
        restorer: Restorer::new(patch),
        refused: BTreeSet::new(),
        status,
    };
    let mut client = Some(interrupt.waiting(|| open(&args.server))?);
    while let Some(open) = client {
        let goes_on = restoring.follow(&open, args, &interrupt)?;
        // The next client can be opened once this one is closed.
        drop(open);
        if !goes_on {
            return Ok(());
        }
        status.warn("the server is gone; waiting for it to come back");
        restoring.restorer.forget_ports();
        client = reopened(args, &interrupt)?;
        if client.is_some() {
            status.say("the server is back");
        }
    }
    Ok(())
}

/// A patch that is restored, on one server after the other.
struct Restoring {
    /// The connections by name, as the file has them.
    links: BTreeSet<Link>,
    /// Has the same connections by the full names of their ports.
    restorer: Restorer,
    /// What the server has refused, which was told.
    refused: BTreeSet<Link>,
    status: Status,
}

impl Restoring {
    /// Restores the patch on one server. Returns whether to go on with the next one.
    fn follow(&mut self, client: &Client, args: &Restore, interrupt: &Interrupt) -> Result<bool> {
        let mut queue = interrupt.waiting(|| {
            let queue = Queue::new(client)?;
            client.activate()?;
            Ok(queue)
        })?;
        self.take_full_names(client)?;
        let now = Graph::snapshot(client)?;
        let Changes { to_end, .. } = self.restorer.patch.changes(&now, others(args));
        for outcome in client.disconnect_all(to_end) {
            tell(&outcome, "ended", self.status);
        }
        self.refused.clear();
        self.make(client)?;
        loop {
            if interrupt.asked() {
                return Ok(false);
            }
            let mut something = false;
            let mut next = queue.wait(RESPONSE);
            loop {
                match next {
                    Next::Event(event) => something |= self.restorer.notice(&event),
                    Next::Lost(_) => {
                        self.restorer.forget_ports();
                        something = true;
                    }
                    Next::Shutdown(_) => return Ok(true),
                    Next::Nothing => break,
                }
                next = queue.next();
            }
            if something {
                self.make(client)?;
            }
        }
    }

    /// Looks aliases up anew. A connection whose ports have just got theirs is due.
    fn take_full_names(&mut self, client: &Client) -> Result<()> {
        let links = with_full_names(client, &self.links)?;
        for link in links
            .difference(&self.restorer.patch.links)
            .cloned()
            .collect::<Vec<_>>()
        {
            self.restorer.retry(link);
        }
        self.restorer.patch.links = links;
        Ok(())
    }

    /// Makes what is due. What the server refuses is told once.
    fn make(&mut self, client: &Client) -> Result<()> {
        self.take_full_names(client)?;
        for outcome in self.restorer.refresh(client)? {
            match &outcome.result {
                Ok(()) => drop(self.refused.remove(&outcome.link)),
                Err(_) if self.refused.insert(outcome.link.clone()) => {}
                Err(_) => continue,
            }
            tell(&outcome, "connected", self.status);
        }
        Ok(())
    }
}

fn tell(outcome: &Outcome, done: &str, status: Status) {
    match &outcome.result {
        Ok(()) => status.say(format_args!("{done} {}", outcome.link)),
        Err(error) => status.warn(error),
    }
}

/// A client of the next server; `None` after Ctrl-C.
fn reopened(args: &Restore, interrupt: &Interrupt) -> Result<Option<Session>> {
    let is_awaited = || !interrupt.asked();
    while is_awaited() {
        let server = args.server.clone();
        match run_while(is_awaited, move || try_open(NAME, &server)) {
            Some(Ok(client)) => return Ok(Some(client)),
            // A server that is just starting may refuse clients.
            Some(Err(Error::NoServer { .. } | Error::Driver { .. })) => {
                std::thread::sleep(RESPONSE);
            }
            Some(Err(error)) => return Err(error.into()),
            None => {}
        }
    }
    Ok(None)
}
