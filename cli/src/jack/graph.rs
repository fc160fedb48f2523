//! `amio graph save`, and `amio graph restore` without `--watch`.

use super::{patch_file, restore, run, until};
use crate::args::{Graph as Arguments, GraphAction, Restore, Save};
use crate::failure::{Failure, Result};
use crate::output::{Draft, Output, Wanted};
use crate::status::Status;
use amio::Error;
use amio::jack::{Client, Graph, Link, Others, Outcome, Patch};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

/// Runs the subcommand.
pub fn run_action(args: &Arguments, status: Status) -> Result<()> {
    match &args.action {
        GraphAction::Save(args) => save(args, status),
        GraphAction::Restore(args) => {
            let patch = patch_file::read(&args.file)?;
            match args.watch {
                true => restore::watch(args, patch, status),
                false => restore_once(args, patch, status),
            }
        }
    }
}

/// What becomes of connections that the file does not have.
pub fn others(args: &Restore) -> Others {
    match args.keep {
        true => Others::Keep,
        false => Others::End,
    }
}

fn save(args: &Save, status: Status) -> Result<()> {
    let (output, _) = Output::find(&Wanted::<patch_file::PatchFormat> {
        path: &args.file,
        inputs: &[],
        format: None,
        force: args.force,
    })?;
    if let Output::File(target) = &output
        && !args.force
        && patch_file::read(target).is_ok_and(|patch| !patch.rules.is_empty())
    {
        return Err(Failure::of(
            args.file.display(),
            "has rules, which are not saved; --force replaces them, too",
        ));
    }
    let client = run(&args.server)?;
    let graph = Graph::snapshot(&client)?;
    let text = patch_file::text(&graph)?;
    let written = |result: std::io::Result<()>| {
        result.map_err(|error| Failure::of_writing(args.file.display(), &error))
    };
    match output {
        Output::File(target) => {
            let draft = Draft::create(target)?;
            written(fs::write(draft.path(), text))?;
            draft.publish()?;
        }
        Output::Pipe(pipe) => written(pipe.open()?.write_all(text.as_bytes()))?,
    }
    let count = graph.links.len();
    status.say(format_args!(
        "{}: {}",
        args.file.display(),
        connections(count)
    ));
    Ok(())
}

fn restore_once(args: &Restore, mut patch: Patch, status: Status) -> Result<()> {
    let client = run(&args.server)?;
    patch.links = with_full_names(&client, &patch.links)?;
    let restored = patch.restore(&client, others(args))?;
    let failed = report(&restored.made) + report(&restored.ended);
    let all = restored.made.len() + restored.ended.len();
    until_visible(&client, &restored.made, true)?;
    until_visible(&client, &restored.ended, false)?;
    let done = |outcomes: &[Outcome]| outcomes.iter().filter(|o| o.result.is_ok()).count();
    status.say(format_args!(
        "{} made, {} ended",
        connections(done(&restored.made)),
        done(&restored.ended)
    ));
    match failed {
        0 => Ok(()),
        _ => Err(Failure::Runtime(format!(
            "{failed} of {} could not be made or ended",
            connections(all)
        ))),
    }
}

/// Prints why connections failed; returns how many.
fn report(outcomes: &[Outcome]) -> usize {
    let errors = outcomes.iter().filter_map(|o| o.result.as_ref().err());
    errors
        .inspect(|error| Failure::Runtime(error.to_string()).report())
        .count()
}

/// Waits until all can see what the server has accepted.
fn until_visible(client: &Client, outcomes: &[Outcome], made: bool) -> Result<()> {
    until("not all connections are as they were asked for", || {
        let graph = Graph::snapshot(client)?;
        let is_visible = |outcome: &Outcome| {
            let link = &outcome.link;
            // A port that has gone meanwhile is not waited for.
            graph.links.contains(link) == made || !graph.can_link(link)
        };
        Ok(outcomes.iter().filter(|o| o.result.is_ok()).all(is_visible))
    })
}

/// The same connections by the full names of their ports, which a file may name by aliases. A name that no port has
/// stays.
pub fn with_full_names(client: &Client, links: &BTreeSet<Link>) -> Result<BTreeSet<Link>> {
    let full_name = |name: &String| match client.port(name) {
        Ok(port) => Ok(port.name),
        Err(Error::InvalidArgument(_)) => Ok(name.clone()),
        Err(error) => Err(error),
    };
    let mut full = BTreeSet::new();
    for link in links {
        full.insert(Link::new(
            full_name(&link.source)?,
            full_name(&link.destination)?,
        ));
    }
    Ok(full)
}

fn connections(count: usize) -> String {
    match count {
        1 => "1 connection".into(),
        count => format!("{count} connections"),
    }
}
