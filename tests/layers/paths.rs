//! Finds the paths (`a::b::c`) in Rust source, without a parser. Paths in macros count too, and so do those
//! that `cfg` leaves out.

/// A path as it was written, with groups expanded, and absolute (`crate::...`) if it began with `super`.
#[derive(Debug)]
pub struct Path {
    /// `crate::control::Interface`, `ringbuf::HeapRb`.
    pub text: String,
    /// The line it is in, from 1.
    pub line: usize,
    /// If it is re-exported: the name under which it is.
    pub re_exported: Option<String>,
    /// Whether it is in code for tests.
    pub is_test: bool,
}

/// All paths of two or more segments in `source`, the module of these names.
pub fn paths_in(source: &str, module: &[&str]) -> Vec<Path> {
    let tokens = tokens(source);
    let mut finder = Finder {
        tokens: &tokens,
        paths: Vec::new(),
        module: module.to_vec(),
        re_exports: false,
        is_test: false,
    };
    let mut braces = 0;
    // For each open inline module, the number of open braces at its beginning.
    let mut modules: Vec<usize> = Vec::new();
    // If this is code for tests: the number of open braces at its beginning; 0: before its first brace.
    let mut test_since: Option<usize> = None;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token.text {
            "{" => {
                braces += 1;
                if at >= 2 && tokens[at - 2].text == "mod" {
                    modules.push(braces);
                    finder.module.push(tokens[at - 1].text);
                }
                if test_since == Some(0) {
                    test_since = Some(braces);
                }
            }
            "}" => {
                if modules.last() == Some(&braces) {
                    modules.pop();
                    finder.module.pop();
                }
                if test_since == Some(braces) {
                    test_since = None;
                }
                braces -= 1;
            }
            ";" => {
                finder.re_exports = false;
                if test_since == Some(0) {
                    test_since = None;
                }
            }
            "use" => {
                let before = at.checked_sub(1).map(|before| tokens[before].text);
                finder.re_exports = matches!(before, Some("pub" | ")"));
            }
            "cfg" if ["(", "test", ")"] == finder.texts(at + 1) => {
                test_since = test_since.or(Some(0));
            }
            _ if token.is_word() => {
                finder.is_test = test_since.is_some();
                at = finder.path_at(at);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    finder.paths
}

struct Finder<'a> {
    tokens: &'a [Token<'a>],
    paths: Vec<Path>,
    /// The names of the module that the tokens are in.
    module: Vec<&'a str>,
    re_exports: bool,
    is_test: bool,
}

impl Finder<'_> {
    /// Takes the path that begins at token `at`, and gives the index after it.
    fn path_at(&mut self, at: usize) -> usize {
        let mut supers = 0;
        while self.is(at + 2 * supers, "super") && self.is(at + 2 * supers + 1, "::") {
            supers += 1;
        }
        if supers == 0 {
            return self.tree_at(at, "");
        }
        let outer = self.module.len().saturating_sub(supers);
        let prefix: String = ["crate"]
            .iter()
            .chain(&self.module[..outer])
            .map(|name| format!("{name}::"))
            .collect();
        self.tree_at(at + 2 * supers, &prefix)
    }

    /// Takes `name`, `name::tree` or `{tree, tree as name, ...}` after `prefix`.
    fn tree_at(&mut self, mut at: usize, prefix: &str) -> usize {
        if self.is(at, "{") && !prefix.is_empty() {
            at += 1;
            while at < self.tokens.len() && !self.is(at, "}") {
                at = self.tree_at(at, prefix).max(at + 1);
                at += usize::from(self.is(at, ","));
            }
            return at + 1;
        }
        let Some(token) = self.tokens.get(at) else {
            return at;
        };
        // "<" begins a turbofish, which ends the path.
        if self.is(at + 1, "::") && !self.is(at + 2, "<") {
            return self.tree_at(at + 2, &format!("{prefix}{}::", token.text));
        }
        let own = if token.text == "self" { "" } else { token.text };
        let text = format!("{prefix}{own}");
        let (name, after) = match self.is(at + 1, "as") {
            true => (self.tokens.get(at + 2).map(|name| name.text), at + 3),
            false => (text.trim_end_matches(':').rsplit("::").next(), at + 1),
        };
        if text.contains("::") {
            self.paths.push(Path {
                text: text.trim_end_matches(':').to_owned(),
                line: token.line,
                re_exported: name.filter(|_| self.re_exports).map(str::to_owned),
                is_test: self.is_test,
            });
        }
        after
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.text == text)
    }

    fn texts<const N: usize>(&self, from: usize) -> [&str; N] {
        std::array::from_fn(|n| self.tokens.get(from + n).map_or("", |token| token.text))
    }
}

struct Token<'a> {
    text: &'a str,
    line: usize,
}

impl Token<'_> {
    fn is_word(&self) -> bool {
        self.text.starts_with(is_word_start)
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Words, `::` and single other characters; without white space, comments and literals of text.
fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest);
        let token = if length > 0 {
            length
        } else {
            token_length(rest, first)
        };
        if length == 0 && !first.is_whitespace() {
            let line = source[..source.len() - rest.len()].matches('\n').count() + 1;
            tokens.push(Token {
                text: &rest[..token],
                line,
            });
        }
        rest = &rest[token..];
    }
    tokens
}

fn token_length(rest: &str, first: char) -> usize {
    if is_word_start(first) {
        rest.find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len())
    } else if rest.starts_with("::") {
        2
    } else {
        first.len_utf8()
    }
}

/// The length of the comment or literal that `rest` begins with, or 0.
fn skipped(rest: &str) -> usize {
    if rest.starts_with("//") {
        rest.find('\n').unwrap_or(rest.len())
    } else if rest.starts_with("/*") {
        block_comment(rest)
    } else if rest.starts_with('"') {
        quoted(rest, '"')
    } else if rest.starts_with('\'') {
        character(rest)
    } else if rest.starts_with("r\"") || rest.starts_with("r#") {
        raw_text(rest)
    } else {
        0
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut open, mut at) = (0, 0);
    loop {
        if rest[at..].starts_with("/*") {
            (open, at) = (open + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (open, at) = (open - 1, at + 2);
        } else {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
        if open == 0 || at == rest.len() {
            return at;
        }
    }
}

/// From the opening quote to the closing one, over escapes.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    let closing = rest.char_indices().skip(1).find(|(_, c)| {
        let found = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        found
    });
    closing.map_or(rest.len(), |(at, _)| at + 1)
}

/// `'x'` or `'\n'`, but not the lifetime `'a`.
fn character(rest: &str) -> usize {
    let mut after = rest.chars().skip(1);
    match (after.next(), after.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(rest, '\''),
        _ => 1,
    }
}

/// `r"..."` and `r#"..."#`; 0 for the raw identifier `r#name`.
fn raw_text(rest: &str) -> usize {
    let hashes = rest[1..].len() - rest[1..].trim_start_matches('#').len();
    if !rest[1 + hashes..].starts_with('"') {
        return 0;
    }
    let begin = 2 + hashes;
    let end = format!("\"{}", "#".repeat(hashes));
    rest[begin..]
        .find(&end)
        .map_or(rest.len(), |at| begin + at + end.len())
}
