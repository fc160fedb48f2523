//! `amio completions`: a completion script for a shell, generated from the definitions of the command
//! line.

use crate::args::{Args, Completions, Shell};
use crate::failure::{Result, printed};
use clap::{Arg, ArgAction, Command, CommandFactory, ValueHint};
use clap_complete::{Shell as Known, generate};
use std::io::Write;

/// The arguments that are names of ports, and the options with which `amio ports --names` lists these.
const PORT_ARGUMENTS: &[(&str, &str)] = &[
    ("source", "--outputs"),
    ("destination", "--inputs"),
    ("port", ""),
    ("ports", "--midi --outputs"),
];

/// Prints the script for a shell.
pub fn run(args: &Completions) -> Result<()> {
    let shell = match args.shell {
        Shell::Bash => Known::Bash,
        Shell::Zsh => Known::Zsh,
        Shell::Fish => Known::Fish,
    };
    let mut program = hinted(Args::command());
    let mut script = Vec::new();
    generate(shell, &mut program, "amio", &mut script);
    let script = String::from_utf8_lossy(&script);
    let script = match args.shell {
        Shell::Bash => format!("{script}{}", bash(&program)),
        Shell::Zsh => zsh(&script),
        Shell::Fish => format!("{script}{}", fish(&program)),
    };
    printed(std::io::stdout().write_all(script.as_bytes()))
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

/// An argument that is the name of a port.
struct PortArgument<'a> {
    /// The subcommands before it.
    path: Vec<&'a str>,
    /// How many such arguments are before it.
    place: usize,
    is_repeated: bool,
    /// What lists the names.
    options: &'static str,
}

/// All arguments of a command and its subcommands that are names of ports.
fn port_arguments<'a>(command: &'a Command, path: &[&'a str]) -> Vec<PortArgument<'a>> {
    let own = command.get_positionals().enumerate();
    let own = own.filter_map(|(place, argument)| {
        Some(PortArgument {
            path: path.to_vec(),
            place,
            is_repeated: matches!(argument.get_action(), ArgAction::Append),
            options: options_for(argument.get_id().as_str())?,
        })
    });
    let below = command.get_subcommands().flat_map(|subcommand| {
        let path = [path, &[subcommand.get_name()]].concat();
        port_arguments(subcommand, &path)
    });
    own.chain(below).collect()
}

fn options_for(argument: &str) -> Option<&'static str> {
    let known = PORT_ARGUMENTS.iter().find(|(id, _)| *id == argument);
    known.map(|(_, options)| *options)
}

/// Wraps the generated function. That function offers options where a file is expected, does not handle
/// `--option=value`, which bash splits into three words, and knows no ports.
fn bash(program: &Command) -> String {
    let case = |argument: &PortArgument| {
        let path = argument.path.join(" ");
        let words = match argument.is_repeated {
            true => format!("*' {path}'*"),
            false => format!("'{} {path}'*", argument.path.len() + argument.place),
        };
        format!("        {words}) options='{}' ;;\n", argument.options)
    };
    let cases: String = port_arguments(program, &[]).iter().map(case).collect();
    BASH.replace("@CASES@", &cases)
}

const BASH: &str = r#"
# Takes the line up to the cursor apart, as bash does. Sets words, which are before the word at the cursor;
# word, what that one stands for; before, the beginning of it that bash does not replace; quote, the open
# quotation mark.
_amio_split() {
    local line=${COMP_LINE:0:COMP_POINT} i char next begun=''
    words=() word='' before='' quote=''
    for ((i = 0; i < ${#line}; i++)); do
        char=${line:i:1} next=${line:i+1:1}
        case "$quote|$char" in
        "'|'" | '"|"') quote='' ;;
        '"|\')
            if [[ $next == [\"\\\$\`] ]]; then
                word+=$next
                ((++i))
            else
                word+=$char
            fi
            ;;
        [\'\"]'|'*) word+=$char ;;
        '|"' | "|'") quote=$char before=$word begun=1 ;;
        '|\')
            word+=$next begun=1
            ((++i))
            ;;
        '|'[[:space:]])
            [[ $begun ]] && words+=("$word")
            word='' before='' begun=''
            ;;
        *)
            word+=$char begun=1
            [[ $char == [:=] && $COMP_WORDBREAKS == *"$char"* ]] && before=$word
            ;;
        esac
    done
}

# Offers names of ports, where a port is expected; otherwise fails.
_amio_ports() {
    local words word before quote i name options server=() said=()
    _amio_split
    for ((i = 1; i < ${#words[@]}; i++)); do
        case ${words[i]} in
        --server) server=(--server "${words[++i]}") ;;
        --server=*) server=("${words[i]}") ;;
        -*) ;;
        *) said+=("${words[i]}") ;;
        esac
    done
    # The word is the name of a server.
    ((i == ${#words[@]})) || return 1
    [[ $word == -* ]] && return 1
    case "${#said[@]} ${said[*]}" in
@CASES@        *) return 1 ;;
    esac
    compopt +o default +o bashdefault
    COMPREPLY=()
    while IFS= read -r name; do
        [[ $name == "$word"* ]] || continue
        name=${name#"$before"}
        case $quote in
        "'") name=${name//\'/"'\''"} ;;
        '"')
            name=${name//\\/\\\\}
            name=${name//\"/\\\"}
            name=${name//\$/\\\$}
            name=${name//\`/\\\`}
            ;;
        *) printf -v name %q "$name" ;;
        esac
        COMPREPLY+=("$name")
    done < <("$1" ports --names $options "${server[@]}" 2>/dev/null)
    return 0
}

# Offers options only for a word that begins with "-". Elsewhere it offers subcommands and values; bash
# offers files where there are none.
_amio_words() {
    local word=$2 before=$3 offered=()
    _amio_ports "$1" && return
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

/// Lets the arguments of the generated script that are ports complete to them.
fn zsh(script: &str) -> String {
    let mut lines = String::new();
    for line in script.lines() {
        // A positional argument: ':id -- what it is:' \
        let id = line.trim_start_matches(['\'', '*', ':']);
        let id = id.split(" -- ").next().unwrap_or_default();
        let options = options_for(id).filter(|_| line.starts_with('\''));
        match (options, line.strip_suffix(":' \\")) {
            (Some(options), Some(begin)) => {
                // In the place of an optional argument, zsh would offer those for the next one too.
                let begin = begin.replacen("'::", "':", 1);
                lines += &format!("{begin}: _amio_ports {options}' \\\n");
            }
            _ => lines += &format!("{line}\n"),
        }
    }
    let end = "\nif [ \"$funcstack[1]\"";
    lines.replacen(end, &format!("{ZSH}{end}"), 1)
}

const ZSH: &str = r#"
_amio_ports() {
    local expl
    local -a ports server
    [[ -n ${opt_args[--server]} ]] && server=(--server ${(q)${(Q)opt_args[--server]}})
    ports=("${(@f)$(_call_program ports amio ports --names $* $server 2>/dev/null)}")
    _wanted ports expl 'port' compadd -a ports
}
"#;

/// Extends the generated script, which has no values for positional arguments and offers files for
/// all of them.
fn fish(program: &Command) -> String {
    let mut lines = String::new();
    for subcommand in program.get_subcommands() {
        let nested = subcommand.get_subcommands();
        let mut positionals = subcommand
            .get_positionals()
            .chain(nested.flat_map(Command::get_positionals));
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
    lines += FISH;
    for argument in port_arguments(program, &[]) {
        let words = 1 + argument.path.len() + argument.place;
        let compare = if argument.is_repeated { "-ge" } else { "-eq" };
        let nested = argument.path.get(1).map_or(String::new(), |name| {
            format!("; and __fish_seen_subcommand_from {name}")
        });
        lines += &format!(
            "complete -c amio -n \"__fish_amio_using_subcommand {}{nested}; \
             and test (__amio_words) {compare} {words}\" \
             -f -a \"(__amio_ports {})\"\n",
            argument.path[0], argument.options
        );
    }
    lines
}

const FISH: &str = r#"
# How many words before the cursor are neither options nor the name of a server.
function __amio_words
    set -l words (commandline -opc)
    argparse -i 'server=' -- $words 2>/dev/null
    or set argv
    string match -v -- '-*' $argv | count
end

# The names of the ports of the server that the line names.
function __amio_ports
    set -l options $argv
    set -l words (commandline -opc)
    argparse -i 'server=' -- $words 2>/dev/null
    or return
    set -q _flag_server
    and set -a options --server $_flag_server
    amio ports --names $options 2>/dev/null
end
"#;
