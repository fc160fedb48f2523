//! The shared library exports what the header declares, and nothing else.

use crate::toolchain::{beside_this_test, repository};
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

#[test]
fn the_library_exports_exactly_the_functions_of_the_header() {
    let symbols = run("nm", &["-D", "--defined-only"]);
    let header = fs::read_to_string(repository().join("include/amio.h")).expect("it is there");
    let (exported, declared) = (exported_symbols(&symbols), declared_functions(&header));
    assert!(!declared.is_empty(), "no function was found");
    assert_eq!(disagreement(&exported, &declared), "");
}

#[test]
fn a_foreign_and_an_undeclared_symbol_are_noticed() {
    let exported = exported_symbols("0000000000001000 T amio_a\n0000000000002000 T rust_eh\n");
    let declared = declared_functions(" * See amio_c().\n */\namio_status amio_b(void);\n");
    assert_eq!(
        disagreement(&exported, &declared),
        "exported but not declared: amio_a\nexported but not declared: rust_eh\n\
         declared but not exported: amio_b\n"
    );
}

#[test]
fn the_soname_carries_the_abi_version_alone() {
    let dynamic = run("readelf", &["-d", "-W"]);
    let soname = concat!("[libamio.so.", env!("CARGO_PKG_VERSION_MAJOR"), "]");
    assert!(
        dynamic
            .lines()
            .any(|line| line.contains("SONAME") && line.ends_with(soname)),
        "no SONAME {soname} in\n{dynamic}"
    );
}

/// What `tool` prints about the library that cargo built with this test.
fn run(tool: &str, arguments: &[&str]) -> String {
    let library = beside_this_test("libamio.so");
    let output = Command::new(tool)
        .args(arguments)
        .arg(&library)
        .output()
        .unwrap_or_else(|error| panic!("{tool}: {error}; it is part of binutils"));
    assert!(
        output.status.success(),
        "{tool} {}: {output:?}",
        library.display()
    );
    String::from_utf8(output.stdout).expect("symbols are ASCII")
}

/// The names in the output of `nm -D --defined-only`.
fn exported_symbols(nm: &str) -> BTreeSet<&str> {
    nm.lines()
        .filter_map(|line| line.split_whitespace().nth(2))
        .collect()
}

/// The names of the functions that a header declares. In the generated header a declaration begins
/// at the left margin, and a comment's lines do not.
fn declared_functions(header: &str) -> BTreeSet<&str> {
    header
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        .filter(|line| !line.starts_with("typedef"))
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*']).next())
        .collect()
}

/// One line for each name that is in only one set.
fn disagreement(exported: &BTreeSet<&str>, declared: &BTreeSet<&str>) -> String {
    let undeclared = exported
        .difference(declared)
        .map(|name| ("exported but not declared", name));
    let missing = declared
        .difference(exported)
        .map(|name| ("declared but not exported", name));
    undeclared
        .chain(missing)
        .map(|(what, name)| format!("{what}: {name}\n"))
        .collect()
}
