//! Every module of `src` uses only the modules that `docs/ARCHITECTURE.md` allows.

mod circles;
mod paths;

use circles::{File, circle, module_of};
use paths::paths_in;
use std::fs;
use std::path::{Path, PathBuf};

/// Its table says what each place may use of this crate besides itself. The longest matching place counts.
/// `crate::Name`, a re-export of the root, counts as `Name`; `all` is everything.
const ARCHITECTURE: &str = include_str!("../../docs/ARCHITECTURE.md");

/// Each line: a crate or a type, then the only places that may use it directly.
const KEEPERS: &str = "
    ebur128         clip
    flac_codec      clip
    libloading      alsa jack
    md5             clip
    nanomp3_core    clip
    opus_pure       clip
    regex_lite      jack
    ringbuf         spsc ring
    rubato          clip/convert
    std::sync::Condvar lock
    std::sync::Mutex lock
    std::sync::RwLock lock
    symphonia       clip
    symphonia_codec_vorbis clip
";

#[test]
fn every_module_uses_only_the_layers_below_it() {
    let found: String = sources()
        .iter()
        .flat_map(|(module, text)| violations(module, text))
        .collect();
    assert!(
        found.is_empty(),
        "the picture of the layers is no longer true:\n{found}"
    );
}

#[test]
fn no_file_uses_one_that_uses_it() {
    let sources = sources();
    assert!(sources.len() > 150, "src is read");
    if let Some(circle) = circle(&sources) {
        panic!("a circle of files: {}", circle.join(" -> "));
    }
}

#[test]
fn a_circle_of_files_is_found_however_it_is_closed() {
    let files = |closing: &str| {
        [
            ("lib", "mod engine; pub use engine::Plan;"),
            (
                "engine/mod",
                "mod node; mod plan; pub(crate) use {node::Node as N, plan::Plan};",
            ),
            ("engine/node", "pub struct Node;"),
            (
                "engine/plan",
                "use super::node::Node; pub struct Plan(Node);",
            ),
        ]
        .map(|(file, text)| match file {
            "engine/node" => (file.to_owned(), format!("{text} {closing}")),
            _ => (file.to_owned(), text.to_owned()),
        })
    };
    for innocent in [
        "",
        "use super::node::Other;",
        "// use super::plan::Plan;",
        "#[cfg(test)] use super::Plan;",
        "#[cfg(test)] mod tests { use super::super::plan::Plan; }",
        "mod inner { use super::Node; }",
    ] {
        assert_eq!(circle(&files(innocent)), None, "{innocent}");
    }
    for closing in [
        "use super::plan::Plan;",
        "use super::Plan;",
        "use crate::engine::{Other, Plan as P};",
        "use crate::Plan;",
        "fn f() { crate::engine::plan::g(); }",
        "mod inner { use super::super::Plan; }",
        "#[cfg(test)] mod tests {} use super::Plan;",
    ] {
        let found = circle(&files(closing)).unwrap_or_default().join(" -> ");
        assert!(
            found.contains("engine/node.rs -> engine/plan.rs -> engine/node.rs")
                || found.contains("engine/plan.rs -> engine/node.rs -> engine/plan.rs"),
            "{closing}: {found}"
        );
    }
}

#[test]
fn a_use_of_a_higher_layer_is_found_however_it_is_written() {
    for seeded in [
        "use crate::control::Interface;",
        "use crate::{clip::Clip, control::{self as c}};",
        "pub(crate) use crate::control as lower;",
        "use crate::control::*;",
        "fn f() { let i = crate::control::open(); }",
        "fn f(i: &crate::control::Interface) {}",
        "#[cfg(test)] mod tests { use crate::control; }",
        "use super::super::control::Interface;",
        "mod inner { use super::super::super::control::Interface; }",
        "fn f() -> String { format!(\"{}\", crate::control::name()) }",
    ] {
        let found = violations("engine/plan", seeded);
        assert_eq!(found.len(), 1, "{seeded}: {found:?}");
        assert!(
            found[0].contains("src/engine/plan.rs:1: uses crate::control"),
            "{}",
            found[0]
        );
    }
}

#[test]
fn only_the_named_part_of_a_neighbour_is_open() {
    let allowed = "use crate::driver::{Period, Process};";
    assert_eq!(violations("engine/mod", allowed), [""; 0]);
    assert_eq!(
        violations("engine/mod", "use crate::driver::{Period, open};").len(),
        1
    );
    assert_eq!(violations("engine/mod", "use crate::driver;").len(), 1);
    assert_eq!(
        violations("driver/jack", "use crate::jack::Client;"),
        [""; 0]
    );
    assert_eq!(violations("driver/null", "use crate::jack::Port;").len(), 1);
}

#[test]
fn a_re_export_of_the_root_does_not_hide_where_a_name_comes_from() {
    assert_eq!(violations("engine/mod", "use crate::Interface;").len(), 1);
    assert_eq!(violations("engine/mod", "use crate::*;").len(), 1);
    assert_eq!(
        violations("capi/interface", "use crate::Interface;"),
        [""; 0]
    );
}

#[test]
fn a_crate_that_one_place_wraps_is_used_there_alone() {
    assert_eq!(violations("spsc", "use ringbuf::HeapRb;"), [""; 0]);
    assert_eq!(
        violations("engine/mod", "use std::sync::{Arc, Mutex};").len(),
        1
    );
    assert_eq!(
        violations("engine/mod", "fn f(m: &::std::sync::Mutex<u8>) {}").len(),
        1
    );
}

#[test]
fn a_module_without_a_line_in_the_table_is_noticed() {
    assert_eq!(violations("video/mod", "").len(), 1);
}

#[test]
fn comments_strings_and_own_names_are_no_uses() {
    let innocent = r##"
        //! See [`crate::control::Interface`].
        /* crate::control /* nested */ crate::control */
        const TEXT: &str = "crate::control";
        const RAW: &str = r#"" crate::control "#;
        fn quote<'a>(c: char) -> bool { c == '"' || c == '\'' }
        use super::control;
        use crate::engine::control;
        pub(crate) fn after() {}
    "##;
    assert_eq!(violations("engine/plan", innocent), [""; 0]);
}

/// One line for each path in `text`, the module at `module` (`engine/plan`), that the tables do not
/// allow.
fn violations(module: &str, text: &str) -> Vec<String> {
    if module == "lib" {
        return Vec::new(); // the root joins all layers and re-exports them
    }
    let within = |place: &&str| {
        module == *place
            || module
                .strip_prefix(place)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    let Some((place, allowed)) = layers()
        .filter(|(place, _)| within(place))
        .max_by_key(|(place, _)| place.len())
    else {
        return vec![format!(
            "src/{module}.rs has no line in docs/ARCHITECTURE.md\n"
        )];
    };
    let mut found = Vec::new();
    for path in paths_in(text, &module_of(module)) {
        let place_and_line = format!("src/{module}.rs:{}", path.line);
        if let Some(used) = path.text.strip_prefix("crate::")
            && !allowed
                .iter()
                .chain([&place])
                .any(|name| covers(name, used))
        {
            found.push(format!("{place_and_line}: uses {}\n", path.text));
        }
        if let Some((name, keepers)) = table(KEEPERS).find(|(name, _)| covers(name, &path.text))
            && !keepers.iter().any(within)
        {
            let keepers = keepers.join(" and ");
            found.push(format!(
                "{place_and_line}: uses {name}, which is for {keepers}\n"
            ));
        }
    }
    found
}

/// The places of `docs/ARCHITECTURE.md`, and what each may use.
fn layers() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let (_, table) = ARCHITECTURE
        .split_once("| may use |")
        .expect("it has the table");
    let rows = table.lines().skip(2).take_while(|row| row.starts_with('|'));
    rows.map(|row| {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, place, _, may_use, _] = columns[..] else {
            panic!("three columns: {row}");
        };
        let names = may_use.split_whitespace();
        (
            place.trim_matches('`'),
            names.map(|name| name.trim_matches('`')).collect(),
        )
    })
}

/// The lines of a table: the first word, and the words after it.
fn table(text: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.collect()))
    })
}

/// Whether the path `used` is `name` or something in it.
fn covers(name: &str, used: &str) -> bool {
    name == "all"
        || used
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// All files of `src`.
fn sources() -> Vec<File> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let named = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("sources are UTF-8");
        let file = file.strip_prefix(&source).expect("it is below src");
        let file = file.with_extension("");
        (file.to_str().expect("names are ASCII").to_owned(), text)
    };
    files_below(&source).into_iter().map(named).collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
