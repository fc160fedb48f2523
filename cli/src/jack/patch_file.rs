//! Files with connections and rules, in JSON.

use crate::failure::Failure;
use crate::format::Format;
use amio::jack::{Graph, Link, Patch, Rule};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::path::Path;
use std::{fmt, fs};

type Result<T, E = Failure> = std::result::Result<T, E>;

/// The format of such a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchFormat;

/// What a file holds: at least one of these.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PatchFile {
    #[serde(default, deserialize_with = "given")]
    connections: Option<Vec<Object<Pair>>>,
    #[serde(default, deserialize_with = "given")]
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<Object<Pair>>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    source: String,
    destination: String,
}

/// What is an object in the file. By itself, serde takes an array for a struct, too.
#[derive(Serialize)]
#[serde(transparent)]
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<T>, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// A field that may be missing, but not null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The text of a file with the connections of a graph.
pub fn text(graph: &Graph) -> Result<String> {
    let pair = |link: &Link| {
        Object(Pair {
            source: link.source.clone(),
            destination: link.destination.clone(),
        })
    };
    let file = PatchFile {
        connections: Some(graph.links.iter().map(pair).collect()),
        rules: None,
    };
    Ok(super::json(&file, true)? + "\n")
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Patch> {
    let text = fs::read_to_string(path).map_err(|error| Failure::of(path.display(), error))?;
    parsed(&text).map_err(|failure| Failure::of(path.display(), failure))
}

fn parsed(text: &str) -> Result<Patch> {
    let failed = |message: &str| Failure::Runtime(message.into());
    let Object(file): Object<PatchFile> =
        serde_json::from_str(text).map_err(|error| failed(&error.to_string()))?;
    if file.connections.is_none() && file.rules.is_none() {
        return Err(failed("has neither `connections` nor `rules`"));
    }
    let mut patch = Patch::default();
    for Object(pair) in file.connections.unwrap_or_default() {
        if pair.source.is_empty() || pair.destination.is_empty() {
            return Err(failed("a connection has an empty name"));
        }
        patch.links.insert(Link::new(pair.source, pair.destination));
    }
    for Object(pair) in file.rules.unwrap_or_default() {
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
            ("[3]", "expected an object at line 1 column 0"),
            ("[]", "expected an object"),
            ("[[], []]", "expected an object"),
            ("null", "expected an object"),
            ("{}", "has neither `connections` nor `rules`"),
            ("{\"connections\": null}", "expected a sequence"),
            ("{\"connections\": [[\"a\", \"b\"]]}", "expected an object"),
            ("{\"rules\": [[\"a\", \"b\"]]}", "expected an object"),
            (
                "{\"connections\": [{\"source\": \"\", \"destination\": \"a\"}]}",
                "a connection has an empty name",
            ),
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
