//! `amio completions` and `amio man`: what shells and `man` know of the program, made from the same
//! definitions as its help.

use crate::args::{Args, Completions, Manual, Shell};
use crate::failure::{Failure, Result, printed};
use clap::{Command, CommandFactory};
use clap_complete::{Shell as Known, generate};
use clap_mangen::Man;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Prints the script for a shell.
pub fn completions(args: &Completions) -> Result<()> {
    let shell = match args.shell {
        Shell::Bash => Known::Bash,
        Shell::Zsh => Known::Zsh,
        Shell::Fish => Known::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut Args::command(), "amio", &mut script);
    printed(std::io::stdout().write_all(&script))
}

/// Writes `amio.1`, and a page for each subcommand, `amio-render.1` and so on.
pub fn pages(args: &Manual) -> Result<()> {
    let mut program = Args::command().disable_help_subcommand(true);
    program.build();
    page(&args.folder, &program)?;
    for subcommand in program.get_subcommands().filter(|c| !c.is_hide_set()) {
        page(&args.folder, subcommand)?;
    }
    Ok(())
}

fn page(folder: &Path, command: &Command) -> Result<()> {
    let version = concat!("amio ", env!("CARGO_PKG_VERSION"));
    let page = Man::new(command.clone()).source(version).manual("amio");
    let path = folder.join(page.get_filename());
    if !may_be_replaced(&path) {
        let why = "exists, and is no man page of amio";
        return Err(Failure::of(path.display(), why));
    }
    let mut text = Vec::new();
    let made = sections(&page, command, &mut text);
    made.and_then(|()| fs::write(&path, text))
        .map_err(|error| Failure::of(path.display(), error))
}

/// Whether nothing is there, or a page of ours.
fn may_be_replaced(path: &Path) -> bool {
    let is_ours = |text: String| text.lines().any(|line| line.starts_with(".TH amio"));
    match fs::symlink_metadata(path) {
        Ok(found) => found.is_file() && fs::read_to_string(path).is_ok_and(is_ours),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

fn sections(page: &Man, command: &Command, out: &mut Vec<u8>) -> std::io::Result<()> {
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    let is_program = command.has_subcommands();
    if is_program {
        page.render_subcommands_section(out)?;
    }
    let help = command.get_after_help().map(ToString::to_string);
    write!(out, "{}", notes(&help.unwrap_or_default()))?;
    if !is_program {
        writeln!(out, ".SH \"SEE ALSO\"\n\\fBamio\\fR(1)")?;
    }
    Ok(())
}

/// What the help says below the options, as sections: examples keep their lines.
fn notes(help: &str) -> String {
    let mut roff = String::new();
    let mut has_notes = false;
    for paragraph in help.split("\n\n").filter(|text| !text.trim().is_empty()) {
        match paragraph.split_once(['\n', ' ']) {
            Some(("Examples:" | "Example:", lines)) => {
                roff += &format!(".SH EXAMPLES\n.nf\n{}\n.fi\n", escaped(lines));
            }
            Some(("Exit", text)) if text.starts_with("codes: ") => {
                let text = text.trim_start_matches("codes: ");
                roff += &format!(".SH \"EXIT STATUS\"\n{}\n", escaped(text));
            }
            _ => {
                roff += if has_notes { ".PP\n" } else { ".SH NOTES\n" };
                roff += &format!("{}\n", escaped(paragraph));
                has_notes = true;
            }
        }
    }
    roff
}

/// Text in which nothing is a request or an escape.
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
        let expected = ".SH EXAMPLES\n.nf\n  amio play a.toml\n  amio info b\n.fi\n\
                        .SH NOTES\n\\&.wav is a\\eb\n.SH \"EXIT STATUS\"\n0 done\n";
        assert_eq!(notes(help), expected);
    }
}
