//! The committed header is the one that is generated from the sources.
//!
//! This test generates it, not the build: the generator is needed only after changes to `src/capi`.

use crate::toolchain::repository;
use std::{env, fs};

/// With `AMIO_REFRESH_HEADER=1` (what `make header` sets) it writes the header instead.
#[test]
fn the_committed_header_is_the_generated_one() {
    let generated = generate();
    let committed = repository().join("include/amio.h");
    if env::var_os("AMIO_REFRESH_HEADER").is_some() {
        fs::write(committed, generated).expect("include/ is writable");
        return;
    }
    let committed = fs::read_to_string(committed).unwrap_or_default();
    if let Some(difference) = first_difference(&committed, &generated) {
        panic!("include/amio.h is not what src/capi says; run `make header`\n{difference}");
    }
}

#[test]
fn constants_that_are_texts_are_taken_with_their_comments() {
    let source = "/// Other.\npub const AMIO_A: u32 = 1;\n/// One\n/// and more.\n\
                  pub const AMIO_B: &str =\n    \"b\";\n/// Not of the header.\nconst C: &str = \"c\";\n";
    assert_eq!(
        texts_of(source),
        "\n/**\n * One\n * and more.\n */\n#define AMIO_B \"b\"\n"
    );
}

#[test]
fn a_changed_header_is_noticed() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    let changed = first_difference("a\nb\n", "a\nc\n").expect("line 2 differs");
    assert!(changed.contains("line 2"), "{changed}");
    assert!(first_difference("a\n", "a\nb\n").is_some());
    assert!(first_difference("a\nb\n", "a\n").is_some());
}

/// The text of the header: all public items below `src/capi`, in the order of the `mod` lines of
/// `src/capi/mod.rs`.
fn generate() -> String {
    let config = cbindgen::Config::from_file(repository().join("cbindgen.toml"));
    let mut config = config.expect("cbindgen.toml is right");
    config.after_includes = Some(texts());
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(repository().join("src/capi/mod.rs"))
        .generate()
        .expect("src/capi can be read");
    let mut header = Vec::new();
    bindings.write(&mut header);
    String::from_utf8(header).expect("the sources are UTF-8")
}

/// The constants below `src/capi/jack` that are texts, which the generator leaves out.
fn texts() -> String {
    let folder = repository().join("src/capi/jack");
    let files = fs::read_dir(folder).expect("it is there");
    let mut files: Vec<_> = files.map(|file| file.expect("it is read").path()).collect();
    files.sort();
    let sources = files
        .iter()
        .map(|file| fs::read_to_string(file).expect("sources are UTF-8"));
    sources.map(|source| texts_of(&source)).collect()
}

/// As [`texts`], of one file: each constant with its comment.
fn texts_of(source: &str) -> String {
    let mut texts = String::new();
    for (before, constant) in source
        .match_indices("pub const ")
        .map(|(at, _)| source.split_at(at))
    {
        let Some((name, value)) = constant["pub const ".len()..].split_once(": &str =") else {
            continue;
        };
        let value = value.split_once(';').map(|(value, _)| value.trim());
        let value = value.filter(|_| name.starts_with("AMIO_"));
        if let Some(value) = value.filter(|_| !name.contains(|c: char| c.is_whitespace())) {
            let comment: Vec<&str> = before
                .lines()
                .rev()
                .map_while(|line| line.strip_prefix("///"))
                .collect();
            let comment: String = comment
                .iter()
                .rev()
                .map(|line| format!(" *{line}\n"))
                .collect();
            texts += &format!("\n/**\n{comment} */\n#define {name} {value}\n");
        }
    }
    texts
}

/// The first line in which two texts differ, and both versions of it; `None` if they are equal.
fn first_difference(committed: &str, generated: &str) -> Option<String> {
    if committed == generated {
        return None;
    }
    let (mut old, mut new) = (committed.split('\n'), generated.split('\n'));
    (1..).find_map(|number| {
        let (old, new) = (old.next(), new.next());
        (old != new).then(|| {
            let shown = |line: Option<&str>| line.unwrap_or("(end of file)").to_owned();
            format!(
                "line {number}\n  committed: {}\n  generated: {}",
                shown(old),
                shown(new)
            )
        })
    })
}
