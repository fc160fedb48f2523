//! `amio graph restore --watch`: a patch that is made again as clients and servers come and go.

use super::events::{Next, Queue};
use super::graph::others;
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
    let mut restorer = Restorer::new(patch);
    let mut client = Some(interrupt.waiting(|| open(&args.server))?);
    while let Some(open) = client {
        let goes_on = follow(&open, args, &mut restorer, &interrupt, status)?;
        // The next client can be opened once this one is closed.
        drop(open);
        if !goes_on {
            return Ok(());
        }
        status.warn("the server is gone; waiting for it to come back");
        restorer.forget_ports();
        client = reopened(args, &interrupt)?;
        if client.is_some() {
            status.say("the server is back");
        }
    }
    Ok(())
}

/// Restores the patch on one server. Returns whether to go on with the next one.
fn follow(
    client: &Client,
    args: &Restore,
    restorer: &mut Restorer,
    interrupt: &Interrupt,
    status: Status,
) -> Result<bool> {
    let mut queue = interrupt.waiting(|| {
        let queue = Queue::new(client)?;
        client.activate()?;
        Ok(queue)
    })?;
    let Changes { to_end, .. } = restorer
        .patch
        .changes(&Graph::snapshot(client)?, others(args));
    for outcome in client.disconnect_all(to_end) {
        tell(&outcome, "ended", status);
    }
    let mut refused = BTreeSet::new();
    make(client, restorer, &mut refused, status)?;
    loop {
        if interrupt.asked() {
            return Ok(false);
        }
        let mut something = false;
        let mut next = queue.wait(RESPONSE);
        loop {
            match next {
                Next::Event(event) => something |= restorer.notice(&event),
                Next::Lost(_) => {
                    restorer.forget_ports();
                    something = true;
                }
                Next::Shutdown(_) => return Ok(true),
                Next::Nothing => break,
            }
            next = queue.next();
        }
        if something {
            make(client, restorer, &mut refused, status)?;
        }
    }
}

/// Makes what is due. What the server refuses is told once.
fn make(
    client: &Client,
    restorer: &mut Restorer,
    refused: &mut BTreeSet<Link>,
    status: Status,
) -> Result<()> {
    for outcome in restorer.refresh(client)? {
        match &outcome.result {
            Ok(()) => drop(refused.remove(&outcome.link)),
            Err(_) if refused.insert(outcome.link.clone()) => {}
            Err(_) => continue,
        }
        tell(&outcome, "connected", status);
    }
    Ok(())
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
