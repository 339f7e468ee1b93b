//! The import law and the budgets of the house, held by a test from the first commit.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use svod::domain::refusal_code;

/// Which floors a floor may import. `main.rs` and `lib.rs` may import all.
const IMPORT_LAW: [(&str, &[&str]); 14] = [
    ("domain", &[]),
    ("exchange", &["domain"]),
    ("db", &["domain"]),
    ("catalog", &["domain"]),
    ("traces", &["domain"]),
    ("app", &["domain", "exchange", "db", "catalog", "traces"]),
    ("outbound", &["domain"]),
    ("jobs", &["app", "catalog", "domain", "outbound", "traces"]),
    ("graphql", &["app", "catalog", "domain"]),
    ("query", &["app", "catalog", "domain"]),
    ("http", &["graphql", "query", "app", "domain", "traces"]),
    ("mirror", &["db", "domain", "exchange", "outbound"]),
    ("config", &["app", "query", "http", "jobs", "db", "domain", "exchange", "outbound", "traces"]),
    ("logging", &["config", "domain", "outbound", "traces"]),
];

/// Libraries that one floor alone may know.
const LIBRARY_LAW: [(&str, &str); 22] = [
    ("diesel", "db"),
    ("async_graphql", "graphql"),
    ("apollo_compiler", "query"),
    ("actix_web", "http"),
    ("rust_embed", "http"),
    ("tantivy", "catalog"),
    ("cel", "domain"),
    ("calamine", "exchange"),
    ("rust_xlsxwriter", "exchange"),
    ("quick_xml", "exchange"),
    ("oxttl", "exchange"),
    ("zip", "exchange"),
    ("reqwest", "outbound"),
    ("async_nats", "outbound"),
    ("ring", "outbound"),
    ("rustls", "outbound"),
    ("opentelemetry", "traces"),
    ("opentelemetry_sdk", "traces"),
    ("tracing_opentelemetry", "traces"),
    ("opentelemetry_otlp", "outbound"),
    ("opentelemetry_http", "outbound"),
    ("clap", "config"),
];

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const VAGUE_NAMES: [&str; 6] = ["utils", "helpers", "common", "manager", "service", "prelude"];

fn sources() -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches"] {
        if root.join(folder).exists() {
            collect(&root.join(folder), &mut found);
        }
    }
    found.iter().map(|(path, text)| (path.strip_prefix(root).unwrap().to_owned(), text.clone())).collect()
}

/// A file without its unit tests; nothing of a file that is only tests. What stands after the tests is kept: a law that stops
/// being read in the middle of a file is not held there.
fn without_tests(path: &Path, text: &str) -> String {
    let is_tests = path.components().any(|part| ["tests", "tests.rs"].contains(&part.as_os_str().to_string_lossy().as_ref()));
    if is_tests {
        return String::new();
    }
    match text.split_once("#[cfg(test)]\nmod tests {\n") {
        Some((before, tests)) => format!("{before}{}", tests.split_once("\n}\n").map_or("", |(_, after)| after)),
        None => text.to_owned(),
    }
}

/// The floor of a source: its folder under `src`, or its own name where it lies directly there. Unit tests that fill a folder of
/// their own are on no floor, just as the tests inside a file are not.
fn floor_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix("src").ok()?;
    if inside.components().any(|part| part.as_os_str() == "tests") {
        return None;
    }
    let first = inside.components().next()?;
    Some(first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned())
}

/// Words after `word::` paths, such as the floors after `crate::`.
fn named_after<'a>(text: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices(prefix) {
        let rest = &text[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(parts(group).into_iter().map(first_word)),
            None => drop(names.insert(first_word(rest))),
        }
    }
    names
}

fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    &text[..end]
}

/// What the commas of a group of imports part, up to its closing brace; a group inside it is of the part that it ends.
fn parts(group: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            '}' => {
                parts.push(&group[start..at]);
                break;
            }
            _ => {}
        }
    }
    parts
}

#[test]
fn the_law_sees_every_import() {
    let text = "use crate::{a::{b, c}, d,\n    e::f};\nfn g() -> crate::h { crate::i::j }\n";
    assert_eq!(Vec::from_iter(named_after(text, "crate::")), ["a", "d", "e", "h", "i"]);
    let file = "a\n#[cfg(test)]\nmod tests;\nb\n#[cfg(test)]\nmod tests {\n    c\n}\nd\n";
    assert_eq!(without_tests(Path::new("src/x.rs"), file), "a\n#[cfg(test)]\nmod tests;\nb\nd\n");
}

#[test]
fn floors_import_only_what_lies_below() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let Some(floor) = floor_of(&path) else { continue };
        let Some((_, allowed)) = IMPORT_LAW.iter().find(|(name, _)| *name == floor) else { continue };
        for imported in named_after(&without_tests(&path, &text), "crate::") {
            let is_floor = IMPORT_LAW.iter().any(|(name, _)| *name == imported);
            if is_floor && imported != floor && !allowed.contains(&imported) {
                broken.push(format!("{}: {floor} may not import {imported}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_floor_stands_in_the_law() {
    for (path, _) in sources() {
        let Some(floor) = floor_of(&path) else { continue };
        let is_known = ["main", "lib", "cli"].contains(&floor.as_str()) || IMPORT_LAW.iter().any(|(name, _)| *name == floor);
        assert!(is_known, "{}: the floor {floor} is not in the import law", path.display());
    }
}

#[test]
fn libraries_stay_on_their_floor() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let Some(floor) = floor_of(&path) else { continue };
        for (library, home) in LIBRARY_LAW {
            let uses = [format!("use {library}::"), format!("{library}::"), format!("use {library}")];
            let mentions = without_tests(&path, &text).lines().any(|line| {
                let code = line.split("//").next().unwrap_or_default();
                uses.iter().any(|used| {
                    let is_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
                    code.match_indices(used.as_str()).any(|(at, _)| {
                        let is_begun = code[..at].ends_with(|letter: char| is_of_name(letter) || letter == ':');
                        let goes_on = !used.ends_with(':') && code[at + used.len()..].starts_with(is_of_name);
                        !is_begun && !goes_on
                    })
                })
            });
            if mentions && floor != home && !(library == "clap" && ["main", "cli"].contains(&floor.as_str())) {
                broken.push(format!("{}: {library} belongs to {home}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_and_functions_keep_their_budgets() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            broken.push(format!("{}: {lines} lines, and at most {FILE_LINES_MAX} are allowed", path.display()));
        }
        broken.extend(long_functions(&text).into_iter().map(|(line, length)| {
            format!("{}:{line}: a function of {length} lines, and at most {FUNCTION_LINES_MAX} are allowed", path.display())
        }));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Functions are told by rustfmt's indentation: one begins at `fn` and ends at the brace of the same depth.
fn long_functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut long = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.split_whitespace().take(5).collect();
        let is_function = words
            .iter()
            .take_while(|word| ["pub", "pub(super)", "pub(crate)", "async", "const", "unsafe", "fn"].contains(word))
            .any(|word| *word == "fn");
        if !is_function {
            continue;
        }
        let closing = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[at..].iter().position(|line| *line == closing)
            && length + 1 > FUNCTION_LINES_MAX
        {
            long.push((at + 1, length + 1));
        }
    }
    long
}

#[test]
fn files_say_what_they_are() {
    for (path, text) in sources() {
        let said = text.lines().take_while(|line| line.starts_with("//!")).count();
        assert!((1..=8).contains(&said), "{}: a file opens with one to eight lines of //!, and this has {said}", path.display());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!VAGUE_NAMES.contains(&name.as_str()), "{}: a vague name", path.display());
    }
}

#[test]
fn the_repository_names_no_machine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = std::process::Command::new("git").args(["ls-files"]).current_dir(root).output().unwrap();
    assert!(listed.status.success() && !listed.stdout.is_empty(), "git lists no file: {}", String::from_utf8_lossy(&listed.stderr));
    for name in String::from_utf8(listed.stdout).unwrap().lines() {
        let Ok(text) = fs::read_to_string(root.join(name)) else { continue };
        let forbidden = [concat!("/wo", "rk/"), concat!(".", "./shared")];
        for word in forbidden {
            assert!(!text.contains(word), "{name} names {word}");
        }
    }
}

/// How refusals are made, and which argument is the code.
const REFUSING: [(&str, usize); 8] = [
    ("Violation::new(", 1),
    ("Error::refused(", 0),
    ("Self::refused(", 0),
    ("Problem::new(", 1),
    ("Refused::new(", 0),
    ("error(", 0),
    ("Fault::new(", 0),
    ("violation(", 1),
];

/// The codes that a file refuses by, as far as they stand in the call itself.
fn refused_codes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (call, at) in REFUSING {
        let is_whole = |start: usize| !text[..start].ends_with(|letter: char| letter.is_alphanumeric() || "_.".contains(letter));
        for (start, _) in text.match_indices(call).filter(|(start, _)| is_whole(*start)) {
            let argument = text[start + call.len()..].split(',').nth(at).unwrap_or_default().trim();
            let literal = argument.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(literal, _)| literal);
            let is_code = |text: &&str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '_');
            found.extend(literal.filter(is_code));
        }
    }
    found
}

#[test]
fn every_code_of_a_refusal_stands_in_the_table_and_is_used() {
    let sources: Vec<_> = sources().into_iter().filter(|(path, _)| path.starts_with("src") && !path.ends_with("refusal_code.rs")).collect();
    let texts: Vec<(&PathBuf, String)> = sources.iter().map(|(path, text)| (path, without_tests(path, text))).collect();
    let mut count = 0;
    for (path, text) in &texts {
        for code in refused_codes(text) {
            count += 1;
            assert!(refusal_code::is_known(code), "{}: {code} is not in src/domain/refusal_code.rs", path.display());
        }
    }
    assert!(count > 150, "only {count} codes were found: refusals are made in another way now");
    for (code, _) in refusal_code::TOPICS.iter().flat_map(|topic| topic.codes) {
        let written = [format!("\"{code}\""), format!("\"{}\"", code.to_ascii_uppercase())];
        let is_used = texts.iter().any(|(_, text)| written.iter().any(|written| text.contains(written)));
        assert!(is_used, "{code} is in the table, and nothing refuses by it");
    }
}
