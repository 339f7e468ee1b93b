//! The import law and the budgets of the house, held by a test from the first commit.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which floors a floor may import. `main.rs` and `lib.rs` may import all.
const IMPORT_LAW: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("exchange", &["domain"]),
    ("db", &["domain"]),
    ("catalog", &["domain"]),
    ("app", &["domain", "exchange", "db", "catalog"]),
    ("jobs", &["app", "catalog", "domain"]),
    ("graphql", &["app", "catalog", "domain"]),
    ("query", &["app", "catalog", "domain"]),
    ("http", &["graphql", "query", "app", "domain"]),
    ("config", &["app", "query", "http", "db", "domain", "exchange"]),
    ("logging", &["config", "domain"]),
];

/// Libraries that one floor alone may know.
const LIBRARY_LAW: [(&str, &str); 7] = [
    ("diesel", "db"),
    ("async_graphql", "graphql"),
    ("apollo_compiler", "query"),
    ("actix_web", "http"),
    ("tantivy", "catalog"),
    ("cel", "domain"),
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

/// The part of a file that is not its unit tests; nothing of a file that is only tests.
fn without_tests<'a>(path: &Path, text: &'a str) -> &'a str {
    let is_tests = path.components().any(|part| ["tests", "tests.rs"].contains(&part.as_os_str().to_string_lossy().as_ref()));
    if is_tests { "" } else { text.split("#[cfg(test)]").next().unwrap_or_default() }
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
        let braces = rest.strip_prefix('{').and_then(|rest| rest.split('}').next());
        for part in braces.unwrap_or(rest).split(',') {
            let end = part.trim_start().find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(part.trim_start().len());
            names.insert(&part.trim_start()[..end]);
            if braces.is_none() {
                break;
            }
        }
    }
    names
}

#[test]
fn floors_import_only_what_lies_below() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let Some(floor) = floor_of(&path) else { continue };
        let Some((_, allowed)) = IMPORT_LAW.iter().find(|(name, _)| *name == floor) else { continue };
        for imported in named_after(without_tests(&path, &text), "crate::") {
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
                    code.match_indices(used.as_str())
                        .any(|(at, _)| !code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':'))
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
    for name in String::from_utf8(listed.stdout).unwrap().lines() {
        let Ok(text) = fs::read_to_string(root.join(name)) else { continue };
        let forbidden = [concat!("/wo", "rk/"), concat!(".", "./shared")];
        for word in forbidden {
            assert!(!text.contains(word), "{name} names {word}");
        }
    }
}
