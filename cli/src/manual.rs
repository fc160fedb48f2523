//! `amio man`: the man pages, generated from the definitions of the command line.

use crate::args::{Args, Manual};
use crate::failure::{Failure, Result};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Writes `amio.1`, and a page for each subcommand, `amio-render.1`, `amio-graph-save.1` and so on.
pub fn run(args: &Manual) -> Result<()> {
    let mut program = Args::command().disable_help_subcommand(true);
    program.build();
    let exit_status = Notes::of(&program).exit_status;
    pages(&args.folder, &program, &exit_status)
}

/// The page of a command, and those of its subcommands.
fn pages(folder: &Path, command: &Command, exit_status: &str) -> Result<()> {
    page(folder, command, exit_status)?;
    let mut subcommands = command.get_subcommands();
    subcommands.try_for_each(|subcommand| pages(folder, subcommand, exit_status))
}

fn page(folder: &Path, command: &Command, exit_status: &str) -> Result<()> {
    let version = concat!("amio ", env!("CARGO_PKG_VERSION"));
    // No date, so that the same sources always give the same page.
    let page = Man::new(command.clone());
    let page = page.date("\"\"").source(version).manual("amio");
    let path = folder.join(page.get_filename());
    if !may_be_replaced(&path) {
        let why = "exists, and is no man page of amio";
        return Err(Failure::of(path.display(), why));
    }
    let mut text = Vec::new();
    let made = sections(&page, command, exit_status, &mut text);
    made.and_then(|()| fs::write(&path, text))
        .map_err(|error| Failure::of(path.display(), error))
}

/// Whether there is no such file, or it is a page that this command has written.
fn may_be_replaced(path: &Path) -> bool {
    let is_ours = |text: String| text.lines().any(|line| line.starts_with(".TH amio"));
    match fs::symlink_metadata(path) {
        Ok(found) => found.is_file() && fs::read_to_string(path).is_ok_and(is_ours),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

fn sections(
    page: &Man,
    command: &Command,
    exit_status: &str,
    out: &mut Vec<u8>,
) -> std::io::Result<()> {
    let notes = Notes::of(command);
    page.render_title(out)?;
    page.render_name_section(out)?;
    writeln!(out, ".SH SYNOPSIS\n{}", synopsis(command))?;
    page.render_description_section(out)?;
    for paragraph in &notes.paragraphs {
        writeln!(out, ".PP\n{paragraph}")?;
    }
    page.render_options_section(out)?;
    if command.has_subcommands() {
        page.render_subcommands_section(out)?;
    }
    if !notes.examples.is_empty() {
        writeln!(out, ".SH EXAMPLES\n.nf\n{}\n.fi", notes.examples)?;
    }
    writeln!(out, ".SH \"EXIT STATUS\"\n{exit_status}")?;
    if command.get_name() != "amio" {
        writeln!(out, ".SH \"SEE ALSO\"\n\\fBamio\\fR(1)")?;
    }
    Ok(())
}

/// The usage line of the help, with the name of the command in bold.
fn synopsis(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let arguments = usage.strip_prefix(name).unwrap_or_default();
    format!("\\fB{}\\fR{}", escaped(name), escaped(arguments))
}

/// The part of a command's help that follows the options, as roff.
#[derive(Default, PartialEq, Debug)]
struct Notes {
    paragraphs: Vec<String>,
    /// The lines of the examples, which roff must not fill.
    examples: String,
    exit_status: String,
}

impl Notes {
    fn of(command: &Command) -> Notes {
        let help = command.get_after_help().map(ToString::to_string);
        Notes::read(&help.unwrap_or_default())
    }

    fn read(help: &str) -> Notes {
        let mut notes = Notes::default();
        for paragraph in help.split("\n\n").filter(|text| !text.trim().is_empty()) {
            let is_example = |title: &&str| paragraph.starts_with(title);
            if let Some(title) = ["Example:\n", "Examples:\n"].iter().find(|t| is_example(t)) {
                notes.examples = escaped(&paragraph[title.len()..]);
            } else if let Some(text) = paragraph.strip_prefix("Exit codes: ") {
                notes.exit_status = escaped(text);
            } else {
                notes.paragraphs.push(escaped(paragraph));
            }
        }
        notes
    }
}

/// Text in which roff sees no requests and no escapes.
fn escaped(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        match line.starts_with(['.', '\'']) {
            true => format!("\\&{line}"),
            false => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_keep_their_lines_and_nothing_is_a_request() {
        let help =
            "Examples:\n  amio play a.toml\n  amio info b\n\n.wav is a\\b\n\nExit codes: 0 done";
        let expected = Notes {
            paragraphs: vec!["\\&.wav is a\\eb".into()],
            examples: "  amio play a.toml\n  amio info b".into(),
            exit_status: "0 done".into(),
        };
        assert_eq!(Notes::read(help), expected);
    }
}
