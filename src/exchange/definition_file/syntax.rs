//! TOML as far as it can be read: the tree, and every error of syntax in words.
//! A broken bracket or quote is reported where it opens, and what it swallowed is not read.

use std::ops::Range;

use toml::de::DeTable;

use crate::domain::attribute::quoted;

/// A text read as TOML. Where there are errors, the tree holds what could be made out.
pub(super) struct Parsed<'t> {
    pub tree: DeTable<'t>,
    pub errors: Vec<SyntaxError>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// The byte at which it stands.
    pub at: usize,
    pub message: String,
    /// Whether everything behind it was read in a wrong sense.
    pub swallows_the_rest: bool,
}

pub(super) fn parse(text: &str) -> Parsed<'_> {
    let (tree, found) = DeTable::parse_recoverable(text);
    let tree = tree.into_inner();
    let is_open = found.iter().any(|error| leaves_open(error.message()));
    let mut errors: Vec<SyntaxError> = found
        .iter()
        .filter(|error| !leaves_open(error.message()))
        .map(|error| {
            let span = error.span().unwrap_or_default();
            SyntaxError { at: span.start, message: in_words(error.message(), text, span), swallows_the_rest: false }
        })
        .collect();
    errors.sort_by_key(|error| error.at);
    if is_open {
        keep_what_opened(text, &mut errors);
    }
    // The parser stumbles over one slip several times in a line.
    let line_of = |at: usize| text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count();
    errors.dedup_by_key(|error| line_of(error.at));
    Parsed { tree, errors }
}

fn leaves_open(message: &str) -> bool {
    ["unclosed array,", "unclosed inline table", "invalid multi-line"].iter().any(|start| message.starts_with(start))
}

/// Puts what was left open in place of all the errors behind it, which only follow from it.
fn keep_what_opened(text: &str, errors: &mut Vec<SyntaxError>) {
    let opened = left_open(text);
    let Some((first, _)) = opened.first() else {
        // The parser and the scan below disagree; the first error is the one to believe.
        errors.truncate(1);
        errors.iter_mut().for_each(|error| error.swallows_the_rest = true);
        return;
    };
    errors.retain(|error| error.at < *first);
    errors.extend(opened.into_iter().map(|(at, open)| {
        let close = open.replace('[', "]").replace('{', "}");
        SyntaxError { at, message: format!("`{open}` is not closed, expected `{close}`"), swallows_the_rest: true }
    }));
}

/// The brackets and the quotes of several lines that nothing closes, outermost first, up to a closing bracket of the wrong kind.
fn left_open(text: &str) -> Vec<(usize, &str)> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => match string_length(rest) {
                Some(length) => length,
                None => {
                    open.push((at, &rest[..3]));
                    return open;
                }
            },
            _ => first.len_utf8(),
        };
        match (first, open.last().map(|(_, bracket)| *bracket)) {
            ('[' | '{', _) => open.push((at, &rest[..1])),
            (']', Some("[")) | ('}', Some("{")) => drop(open.pop()),
            (']' | '}', _) => return open.split_off(open.len().saturating_sub(1)),
            _ => {}
        }
        at += length;
    }
    open
}

/// The length of the text in quotes with which this begins; a text of one line ends with its line at the latest.
fn string_length(source: &str) -> Option<usize> {
    let (quote, escapes) = (&source[..1], source.starts_with('"'));
    let is_long = source.starts_with(&quote.repeat(3));
    let close = if is_long { quote.repeat(3) } else { quote.to_owned() };
    let mut at = close.len();
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(&close) {
            // A long text may end in one or two quotes of its own.
            let quotes = rest.len() - rest.trim_start_matches(quote).len();
            return Some(at + if is_long { quotes.min(5) } else { 1 });
        }
        if !is_long && rest.starts_with('\n') {
            return Some(at);
        }
        let is_escape = escapes && rest.starts_with('\\') && !rest.starts_with("\\\n");
        at += rest.chars().take(1 + usize::from(is_escape)).map(char::len_utf8).sum::<usize>();
    }
    (!is_long).then_some(source.len())
}

/// The parser's sentence as a person would say it of the span that it stumbled over.
fn in_words(message: &str, text: &str, span: Range<usize>) -> String {
    let is_header = text.get(..span.start).is_some_and(|before| before.trim_end().ends_with('['));
    let shown = text.get(span).unwrap_or_default().trim();
    match message {
        "duplicate key" if is_header => {
            format!("the table `{shown}` is there twice, expected it once or, for a list, `[[{shown}]]` each time")
        }
        "duplicate key" => format!("the key `{shown}` is there twice, expected it once"),
        _ if message.starts_with("invalid unquoted key") => {
            format!("`{shown}` is not a key, expected Latin letters, digits, `-` and `_`, and `=` behind it")
        }
        _ if message.starts_with("string values must be quoted") => match shown {
            "" => "there is no value, expected one after `=`".to_owned(),
            _ => format!("{} is not a value, expected a text in quotes, a number, true or false", quoted(shown)),
        },
        _ if message.starts_with("missing escaped value") => {
            "`\\` begins an escape, expected `\\\\`, `\\\"`, `\\n`, `\\t` or `\\u`; a pattern is written in single quotes: '^\\d+$'"
                .to_owned()
        }
        _ if message.starts_with("invalid basic string, expected `\"`") || message.starts_with("invalid literal string") => {
            "the text is not closed in its line, expected a closing quote".to_owned()
        }
        _ if message.starts_with("unexpected leading zero") => {
            "a number begins with no zero, expected a code to be a text in quotes: \"01\"".to_owned()
        }
        _ if message.starts_with("cannot recurse further") => "it is nested too deeply, expected at most 80 levels".to_owned(),
        _ => message.replace(", expected nothing", ", expected nothing here").replace("newline, `#`", "the end of the line"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(usize, String)> {
        let line = |at: usize| text[..at].matches('\n').count() + 1;
        parse(text).errors.into_iter().map(|error| (line(error.at), error.message)).collect()
    }

    #[test]
    fn what_is_not_closed_is_reported_where_it_opens() {
        let cases = [
            ("a = [1, 2\nb = 1\n[x]\nc = [2]\n", "1:`[` is not closed, expected `]`"),
            ("v = [\n  1,\n[[x]]\nc = 2\n", "1:`[` is not closed, expected `]`"),
            ("a = { ru = \"x}\" # }\nb = 1\n[x]\nc = 2\n", "1:`{` is not closed, expected `}`"),
            ("v = [\n { c = 1, l = { ru = 'x' },\n { c = 2, l = { ru = 'y' } },\n]\nb = 1\n", "2:`{` is not closed, expected `}`"),
            ("v = [\n { c = 1,\n", "1:`[` is not closed, expected `]` 2:`{` is not closed, expected `}`"),
            (
                "a = '''x''''\nb = \"\"\"\\\"\"\"\"\nc = '\nd = [",
                "3:the text is not closed in its line, expected a closing quote 4:`[` is not closed, expected `]`",
            ),
            ("a = 1\nb = \"\"\"x\nc = [1]", "2:`\"\"\"` is not closed, expected `\"\"\"`"),
            ("a = \"\"\"x\nb = 'y'\n", "1:`\"\"\"` is not closed, expected `\"\"\"`"),
            ("a = ", "1:there is no value, expected one after `=`"),
        ];
        for (text, expected) in cases {
            let found: Vec<String> = errors(text).iter().map(|(line, message)| format!("{line}:{message}")).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn one_slip_is_one_error_and_all_slips_are_reported() {
        let text = "a = 1 b = 2\nc = \nd = 01\na = 2\ne = \"\\d\"\nf = “x”\ng = 3\n";
        let found = errors(text);
        let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6], "{found:#?}");
    }
}
