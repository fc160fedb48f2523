//! Files with connections and rules, in JSON.

use crate::failure::{Failure, Result};
use crate::format::Format;
use amio::jack::{Graph, Link, Patch, Rule};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// The format of such a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchFormat;

/// What a file holds.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PatchFile {
    connections: Vec<Pair>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Pair>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    source: String,
    destination: String,
}

/// The text of a file with the connections of a graph.
pub fn text(graph: &Graph) -> Result<String> {
    let pair = |link: &Link| Pair {
        source: link.source.clone(),
        destination: link.destination.clone(),
    };
    let file = PatchFile {
        connections: graph.links.iter().map(pair).collect(),
        rules: Vec::new(),
    };
    Ok(super::json(&file, true)? + "\n")
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Patch> {
    let text = fs::read_to_string(path).map_err(|error| Failure::of(path.display(), error))?;
    parsed(&text).map_err(|failure| Failure::of(path.display(), failure))
}

fn parsed(text: &str) -> Result<Patch> {
    let file: PatchFile =
        serde_json::from_str(text).map_err(|error| Failure::Runtime(error.to_string()))?;
    let mut patch: Patch = file
        .connections
        .into_iter()
        .map(|pair| Link::new(pair.source, pair.destination))
        .collect();
    for pair in file.rules {
        patch
            .rules
            .push(Rule::new(&pair.source, &pair.destination)?);
    }
    Ok(patch)
}

impl Format for PatchFormat {
    const NAME: &'static str = "file of connections";
    const ENDINGS: &'static [(&'static str, PatchFormat)] = &[("json", PatchFormat)];
    const OF_PIPES: PatchFormat = PatchFormat;

    fn is_in(path: &Path) -> bool {
        read(path).is_ok()
    }

    /// There is one format, whatever the name.
    fn of(_path: &Path, _is_pipe: bool, _given: Option<PatchFormat>) -> Result<PatchFormat> {
        Ok(PatchFormat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let mut graph = Graph::default();
        graph
            .links
            .insert(Link::new("a \"b\":c", "d:\u{fc} -> \\e"));
        let read = parsed(&text(&graph).expect("text")).expect("a patch");
        assert_eq!(read, Patch::from(&graph));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, said) in [
            ("", "EOF"),
            ("[3]", "invalid type"),
            ("{\"conections\": []}", "unknown field `conections`"),
            (
                "{\"connections\": [{\"source\": \"a\"}]}",
                "missing field `destination`",
            ),
            (
                "{\"rules\": [{\"source\": \"(\", \"destination\": \"a\"}]}",
                "rule has the source",
            ),
        ] {
            let failure = parsed(text).expect_err(text).to_string();
            assert!(failure.contains(said), "{text}: {failure}");
        }
    }
}
