//! `amio completions`: a completion script for a shell, generated from the definitions of the command
//! line.

use crate::args::{Args, Completions, Shell};
use crate::failure::{Result, printed};
use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::{Shell as Known, generate};
use std::io::Write;

/// Prints the script for a shell.
pub fn run(args: &Completions) -> Result<()> {
    let (shell, more): (_, fn(&Command) -> String) = match args.shell {
        Shell::Bash => (Known::Bash, |_| BASH.into()),
        Shell::Zsh => (Known::Zsh, |_| String::new()),
        Shell::Fish => (Known::Fish, fish),
    };
    let mut program = hinted(Args::command());
    let mut script = Vec::new();
    generate(shell, &mut program, "amio", &mut script);
    script.extend(more(&program).bytes());
    printed(std::io::stdout().write_all(&script))
}

/// Lets arguments that are paths complete to files, and numbers and names to nothing.
fn hinted(command: Command) -> Command {
    let hint = |arg: Arg| match arg.get_value_hint() {
        ValueHint::AnyPath => arg.value_hint(ValueHint::FilePath),
        ValueHint::Unknown if is_free(&arg) => arg.value_hint(ValueHint::Other),
        _ => arg,
    };
    command.mut_args(hint).mut_subcommands(hinted)
}

fn is_free(arg: &Arg) -> bool {
    arg.get_action().takes_values() && arg.get_possible_values().is_empty()
}

/// Wraps the generated function. That function offers options where a file is expected, and does not
/// handle `--option=value`, which bash splits into three words.
const BASH: &str = r#"
# Offers options only for a word that begins with "-". Elsewhere it offers subcommands and values; bash
# offers files where there are none.
_amio_words() {
    local word=$2 before=$3 offered=()
    if [[ $before == "=" ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ ${COMP_WORDS[COMP_CWORD]} == "=" ]]; then
        word="" before=${COMP_WORDS[COMP_CWORD - 1]}
    fi
    _amio "$1" "$word" "$before"
    [[ $word == -* ]] && return
    for word in "${COMPREPLY[@]}"; do
        [[ $word == -* ]] || offered+=("$word")
    done
    COMPREPLY=("${offered[@]}")
}
complete -F _amio_words -o bashdefault -o default amio
"#;

/// Extends the generated script, which has no values for positional arguments and offers files for
/// all of them.
fn fish(program: &Command) -> String {
    let mut lines = String::new();
    for subcommand in program.get_subcommands() {
        let mut positionals = subcommand.get_positionals();
        if positionals.any(|arg| arg.get_value_hint() == ValueHint::FilePath) {
            continue;
        }
        let values = subcommand
            .get_positionals()
            .flat_map(Arg::get_possible_values);
        let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
        lines += &format!(
            "complete -c amio -n \"__fish_amio_using_subcommand {}\" -f -a \"{}\"\n",
            subcommand.get_name(),
            names.join(" ")
        );
    }
    lines
}
