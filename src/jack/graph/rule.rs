//! Connections by a pattern.

use super::Link;
use crate::error::{Error, Result};
use regex_lite::{Captures, Regex};
use std::fmt;
use std::str::FromStr;

/// A pattern of connections: each output whose full name matches is to be connected to one input.
///
/// The source is a regular expression for the whole name of an output. In the destination, `\1` to `\9` stand for
/// what the groups of the source have matched, `\0` for the whole name, and `\\` for a backslash.
///
/// ```
/// let rule: amio::jack::Rule = r"synth.*:out_(\d+) -> system:playback_\1".parse()?;
/// let link = rule.link("synth-2:out_3").expect("it matches");
/// assert_eq!(link.destination, "system:playback_3");
/// assert!(rule.link("piano:out_3").is_none());
/// # Ok::<(), amio::Error>(())
/// ```
#[derive(Clone)]
pub struct Rule {
    source: String,
    destination: String,
    pattern: Regex,
    parts: Vec<Part>,
}

/// A part of a destination.
#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Group(usize),
}

impl Rule {
    /// A rule with this pattern of outputs and this destination.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`]: the source is no regular expression, or the destination refers to a group that the
    /// source does not have.
    pub fn new(source: &str, destination: &str) -> Result<Rule> {
        let compile = |pattern: &str| {
            Regex::new(pattern).map_err(|error| {
                Error::InvalidArgument(format!("rule has the source {source:?}: {error}"))
            })
        };
        // By itself first: what is put around it must not complete it.
        compile(source)?;
        // The end of the line ends a comment, where `(?x)` allows them.
        let pattern = compile(&format!("^(?:{source})$"))
            .or_else(|_| compile(&format!("^(?:{source}\n)$")))?;
        Ok(Rule {
            source: source.to_owned(),
            destination: destination.to_owned(),
            parts: parts(destination, pattern.captures_len())?,
            pattern,
        })
    }

    /// The pattern of outputs.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The input, with references to the groups of the source.
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// The connection of an output that this rule asks for; `None` if the output does not match.
    pub fn link(&self, output: &str) -> Option<Link> {
        let found = self.pattern.captures(output)?;
        let destination: String = self.parts.iter().map(|part| part.text(&found)).collect();
        Some(Link::new(output, destination))
    }
}

impl Part {
    fn text<'a>(&'a self, found: &Captures<'a>) -> &'a str {
        match self {
            Part::Text(text) => text,
            // A group that is optional may be empty.
            Part::Group(number) => found.get(*number).map_or("", |group| group.as_str()),
        }
    }
}

fn parts(destination: &str, groups: usize) -> Result<Vec<Part>> {
    let refused = |what: String| {
        Error::InvalidArgument(format!("rule has the destination {destination:?}; {what}"))
    };
    let mut parts = Vec::new();
    let mut letters = destination.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            parts.push(Part::Text(letter.into()));
            continue;
        }
        match letters.next() {
            Some('\\') => parts.push(Part::Text('\\'.into())),
            Some(digit @ '0'..='9') => {
                let number = digit as usize - '0' as usize;
                if number >= groups {
                    let most = groups - 1;
                    return Err(refused(format!(
                        "\\{number} is none of the {most} groups of its source"
                    )));
                }
                parts.push(Part::Group(number));
            }
            _ => {
                return Err(refused(
                    "after a backslash there must be a digit or a backslash".into(),
                ));
            }
        }
    }
    Ok(parts)
}

/// `SOURCE -> DESTINATION`.
impl FromStr for Rule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Rule> {
        let (source, destination) = text.split_once(" -> ").ok_or_else(|| {
            Error::InvalidArgument(format!(
                "rule is {text:?}; it must be SOURCE -> DESTINATION"
            ))
        })?;
        Rule::new(source.trim(), destination.trim())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} -> {}", self.source, self.destination)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Rule({self})")
    }
}

/// Two rules are equal if their texts are.
impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        (&self.source, &self.destination) == (&other.source, &other.destination)
    }
}

impl Eq for Rule {}

#[cfg(test)]
mod tests {
    use super::*;

    fn destination(rule: &str, output: &str) -> Option<String> {
        let rule: Rule = rule.parse().expect("a rule");
        rule.link(output).map(|link| link.destination)
    }

    #[test]
    fn groups_of_the_source_are_put_into_the_destination() {
        let rule = r"(bitwig.*):out_(\d+) -> system:playback_\2 of \1\\";
        let found = destination(rule, "bitwig 5:out_12");
        assert_eq!(found.as_deref(), Some(r"system:playback_12 of bitwig 5\"));
        assert_eq!(
            destination(r"a:(x)?b -> c:\1y", "a:b").as_deref(),
            Some("c:y")
        );
        assert_eq!(destination(r"a:b -> \0", "a:b").as_deref(), Some("a:b"));
    }

    #[test]
    fn the_whole_name_must_match() {
        for (pattern, output, matches) in [
            ("a:b", "a:b", true),
            ("a:b", "xa:b", false),
            ("a:b", "a:bc", false),
            ("a:b|c:d", "c:d", true),
            ("a:b|c:d", "c:de", false),
            ("a:.", "a:\u{fc}", true),
            ("a:b", "a:b\n", false),
            ("(?x)a:b # both", "a:b", true),
        ] {
            let rule = format!("{pattern} -> s:in");
            assert_eq!(
                destination(&rule, output).is_some(),
                matches,
                "{pattern}, {output:?}"
            );
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (rule, said) in [
            ("a:b", "it must be SOURCE -> DESTINATION"),
            ("a(:b -> c:d", "\"a(:b\""),
            ("a)|(?:b -> c:d", "\"a)|(?:b\""),
            (r"a:(b) -> c:\2", r"\2 is none of the 1 groups"),
            (r"a:(b) -> c:\x", "after a backslash"),
            (r"a:(b) -> c:\", "after a backslash"),
        ] {
            let error = rule.parse::<Rule>().expect_err(rule).to_string();
            assert!(error.contains(said), "{rule}: {error}");
        }
    }
}
