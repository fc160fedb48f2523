//! The dependencies, of Rust and of Python, are exactly those of `docs/DEPENDENCIES.md`, and all builds use
//! the versions of `Cargo.lock`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_dependency_is_explained_and_nothing_else_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |file| fs::read_to_string(root.join(file)).expect("the file is part of the repository");
    let (library, program) = (read("Cargo.toml"), read("cli/Cargo.toml"));
    let package = read("python/pyproject.toml");
    let mut named = dependencies(&library);
    named.extend(dependencies(&program));
    named.extend(python_dependencies(&package));
    named.remove("amio");
    let document = read("docs/DEPENDENCIES.md");
    assert_eq!(
        named,
        explained(&document),
        "manifests (left), docs/DEPENDENCIES.md (right)"
    );
}

#[test]
fn dependencies_of_every_kind_are_found() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\na = \"1\"\n# b = \"1\"\n\n[build-dependencies]\n\
                    c = { version = \"1\" }\n[target.'cfg(loom)'.dev-dependencies]\nd-e = \"1\"\n\
                    [dependencies.f]\nversion = \"1\"\n[lints]\nworkspace = true\n";
    assert_eq!(
        dependencies(manifest),
        BTreeSet::from(["a", "c", "d-e", "f"])
    );
    let manifest = "[build-system]\nrequires = [\"a>=1\"]\n[project]\nkeywords = [\"x\"]\ndependencies = [\"b\"]\n\
                    [project.optional-dependencies]\n# c\nd = [\"e-f[g]~=1\", \"h\"]\n[tool.x]\ny = [\"z\"]\n";
    assert_eq!(
        python_dependencies(manifest),
        BTreeSet::from(["a", "b", "e-f", "h"])
    );
    assert_eq!(
        explained("| crate |\n| `a` | for |\n- **`b`**\n"),
        BTreeSet::from(["a"])
    );
}

#[test]
fn every_build_takes_the_versions_of_the_lock_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scripts = fs::read_dir(root.join("scripts")).expect("the folder is there");
    let mut files: Vec<_> = scripts
        .map(|entry| entry.expect("it can be read").path())
        .chain(["Makefile", ".ci/run"].map(|file| root.join(file)))
        .collect();
    files.sort();
    let mut calls = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("it is text");
        for call in calls_of_cargo(&text) {
            calls += 1;
            let locked = call.split_whitespace().any(|word| word == "--locked");
            assert!(locked, "without --locked in {}: {call}", file.display());
        }
    }
    assert!(calls > 10, "calls of cargo are not found: {calls}");
}

#[test]
fn calls_of_cargo_are_found() {
    let script = "# cargo test\na | FLAGS=x cargo build \\\n    --lib\ncargo fmt # cargo run\ncargo clippy --version\n\
                  \t$(CARGO) bench\nmy-cargo test\n$(cargo metadata)\n";
    let found = [
        "a | FLAGS=x cargo build      --lib",
        "\t$(CARGO) bench",
        "$(cargo metadata)",
    ];
    assert_eq!(calls_of_cargo(script), found);
}

/// The commands of a script or a Makefile in which cargo resolves dependencies, without comments.
/// Continuation lines are joined.
fn calls_of_cargo(script: &str) -> Vec<String> {
    const RESOLVING: [&str; 10] = [
        "bench", "build", "check", "clippy", "doc", "install", "metadata", "run", "test", "tree",
    ];
    let is_call = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.windows(2).any(|pair| {
            let cargo = ["cargo", "$(cargo", "$(CARGO)"].contains(&pair[0]);
            cargo
                && !words.contains(&"--version")
                && RESOLVING.contains(&pair[1].trim_end_matches(')'))
        })
    };
    let joined = script.replace("\\\n", " ");
    let lines = joined.lines().map(without_comment).filter(is_call);
    lines.map(str::to_owned).collect()
}

fn without_comment(line: &str) -> &str {
    let begins = |at: &usize| *at == 0 || line[..*at].ends_with([' ', '\t']);
    let comment = line.match_indices('#').map(|(at, _)| at).find(begins);
    comment.map_or(line, |at| line[..at].trim_end())
}

/// The names in all tables of dependencies of a manifest, which must have one name in each line.
fn dependencies(manifest: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines().filter(|line| !line.starts_with('#')) {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            inside = table.ends_with("dependencies");
            names.extend(table.split_once("dependencies.").map(|(_, name)| name));
        } else if let Some((name, _)) = line.split_once('=').filter(|_| inside) {
            names.insert(name.trim());
        }
    }
    names
}

/// The names in all lists of dependencies of a `pyproject.toml`, which must have one list in each line.
fn python_dependencies(manifest: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut optional = false;
    for line in manifest.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with('[') {
            optional = line == "[project.optional-dependencies]";
        } else if let Some((key, list)) = line.split_once(" = [")
            && (optional || key == "dependencies" || key == "requires")
        {
            let listed = list.split('"').skip(1).step_by(2);
            names.extend(listed.filter_map(|one| one.split(['>', '<', '=', '~', '[', ';']).next()));
        }
    }
    names
}

/// The names in the first column of the document's tables.
fn explained(document: &str) -> BTreeSet<&str> {
    document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect()
}
