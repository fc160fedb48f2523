//! Finds circular dependencies between the files of `src`.
//!
//! Re-exports (`pub use`) are followed: a file that uses `crate::clip::Clip` uses the file that defines
//! `Clip`. Code for tests does not count.

use super::paths::{Path, paths_in};
use std::collections::{BTreeMap, BTreeSet};

/// A file below `src`, without `.rs` (`engine/plan`, `engine/mod`), and its text.
pub type File = (String, String);

/// The names in the path of a file's module: none for the root.
pub fn module_of(file: &str) -> Vec<&str> {
    file.split('/')
        .filter(|name| !matches!(*name, "mod" | "lib"))
        .collect()
}

/// The files of a circle, the first one again at its end; `None` if there is none.
pub fn circle(files: &[File]) -> Option<Vec<String>> {
    let uses = uses(files);
    let mut done = BTreeSet::new();
    uses.keys()
        .find_map(|file| circle_from(file, &uses, &mut Vec::new(), &mut done))
}

fn circle_from<'a>(
    file: &'a str,
    uses: &'a BTreeMap<&str, BTreeSet<&str>>,
    on_the_way: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<Vec<String>> {
    if let Some(begin) = on_the_way.iter().position(|before| *before == file) {
        let files = on_the_way[begin..].iter().chain([&file]);
        return Some(files.map(|file| format!("{file}.rs")).collect());
    }
    if !done.insert(file) {
        return None;
    }
    on_the_way.push(file);
    let found = uses[file]
        .iter()
        .find_map(|used| circle_from(used, uses, on_the_way, done));
    on_the_way.pop();
    found
}

/// Which files each file uses.
fn uses(files: &[File]) -> BTreeMap<&str, BTreeSet<&str>> {
    let modules: BTreeMap<Vec<&str>, &str> = files
        .iter()
        .map(|(file, _)| (module_of(file), file.as_str()))
        .collect();
    let mut re_exports: BTreeMap<(Vec<&str>, String), String> = BTreeMap::new();
    let mut used: Vec<(&str, String)> = Vec::new();
    for (file, text) in files {
        let module = module_of(file);
        for path in paths_in(text, &module) {
            let Some(absolute) = absolute(&path, &module, &modules) else {
                continue;
            };
            match path.re_exported {
                Some(name) => drop(re_exports.insert((module.clone(), name), absolute)),
                None if path.is_test => {}
                None => used.push((file, absolute)),
            }
        }
    }
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = files
        .iter()
        .map(|(file, _)| (file.as_str(), BTreeSet::new()))
        .collect();
    for (file, path) in &used {
        let defined_in = defining(path, &modules, &re_exports);
        if defined_in != *file {
            uses.entry(file).or_default().insert(defined_in);
        }
    }
    uses
}

/// A path from the root of the crate, without `crate`; `None` for an item of another crate.
fn absolute(path: &Path, module: &[&str], modules: &BTreeMap<Vec<&str>, &str>) -> Option<String> {
    if let Some(absolute) = path.text.strip_prefix("crate::") {
        return Some(absolute.to_owned());
    }
    let first = path.text.split("::").next()?;
    let child: Vec<&str> = module.iter().copied().chain([first]).collect();
    let relative = modules.contains_key(&child).then_some(&path.text)?;
    Some([module, &[relative.as_str()]].concat().join("::"))
}

/// The file that defines the item of a path.
fn defining<'a>(
    path: &str,
    modules: &BTreeMap<Vec<&str>, &'a str>,
    re_exports: &BTreeMap<(Vec<&str>, String), String>,
) -> &'a str {
    let mut path = path.to_owned();
    loop {
        let names: Vec<&str> = path.split("::").collect();
        let depth = (0..=names.len())
            .rev()
            .find(|depth| modules.contains_key(&names[..*depth]))
            .expect("the root is a module");
        let module = names[..depth].to_vec();
        let file = modules[&module];
        let Some(name) = names.get(depth) else {
            return file;
        };
        let Some(original) = re_exports.get(&(module, (*name).to_owned())) else {
            return file;
        };
        path = [&[original.as_str()], &names[depth + 1..]]
            .concat()
            .join("::");
    }
}
