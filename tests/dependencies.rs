//! Every dependency, of Rust and of Python, has its line in `docs/DEPENDENCIES.md`, and every line its
//! dependency.

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

/// The names in all tables of dependencies of a manifest, as it is written here: one a line.
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

/// The names in all lists of dependencies of a `pyproject.toml`, as it is written here: one list a line.
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

/// The names that begin the lines of the document's tables.
fn explained(document: &str) -> BTreeSet<&str> {
    document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect()
}
