//! What people write into a change request besides its changes: titles, bases, reasons, comments; how long, and of which characters.

use super::change_request::NewRequest;
use super::error::{Error, Result};
use super::publication::Basis;
use super::violation::{Violation, Violations};

/// The longest texts, in characters.
pub const TITLE_LENGTH_MAX: usize = 300;
pub const BASIS_LENGTH_MAX: usize = 1_000;
pub const LINK_LENGTH_MAX: usize = 2_000;
/// Of descriptions, reasons and comments.
pub const COMMENT_LENGTH_MAX: usize = 10_000;

/// What a request may rest on.
pub const BASIS_KINDS: [&str; 6] = ["order", "act", "law", "letter", "decision", "other"];

/// Trims the texts of a request's head and holds them to their rules; reports everything that is wrong.
pub fn checked_head(new: NewRequest) -> Result<NewRequest> {
    let mut violations = Violations::new(100);
    let title = new.title.trim().to_owned();
    if title.is_empty() {
        report(&mut violations, "title", "required", "a change request needs a title: say what is to change".to_owned());
    }
    check(&mut violations, "title", &title, TITLE_LENGTH_MAX, Lines::One);
    let description = new.description.trim().to_owned();
    check(&mut violations, "description", &description, COMMENT_LENGTH_MAX, Lines::Several);
    let basis = checked_basis(new.basis, &mut violations);
    if violations.is_empty() { Ok(NewRequest { title, description, basis }) } else { Err(Error::Invalid(violations)) }
}

fn checked_basis(basis: Basis, violations: &mut Violations) -> Basis {
    let mut trimmed = |name: &str, text: Option<String>, length_max: usize| {
        let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
        check(violations, name, &text, length_max, Lines::One);
        Some(text)
    };
    let kind = trimmed("basis.kind", basis.kind, BASIS_LENGTH_MAX);
    let number = trimmed("basis.number", basis.number, BASIS_LENGTH_MAX);
    let title = trimmed("basis.title", basis.title, BASIS_LENGTH_MAX);
    let link = trimmed("basis.link", basis.link, LINK_LENGTH_MAX);
    if let Some(kind) = kind.as_deref().filter(|kind| !BASIS_KINDS.contains(kind)) {
        let known = BASIS_KINDS.join(", ");
        report(violations, "basis.kind", "basis_kind_unknown", format!("{kind:?} is not a kind of basis: there are {known}"));
    }
    if link.as_deref().is_some_and(|link| !is_web_address(link)) {
        let message = "the link of the basis must be the whole address of a page: https://… or http://…".to_owned();
        report(violations, "basis.link", "basis_link_malformed", message);
    }
    Basis { kind, number, date: basis.date, title, link }
}

/// Only what a browser opens as a page: a link of another scheme, such as `javascript:`, would run in the reader's browser.
fn is_web_address(link: &str) -> bool {
    let is_plain = link.chars().all(|letter| !letter.is_control() && !letter.is_whitespace() && !matches!(letter, '"' | '<' | '>' | '\\'));
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default()).unwrap_or_default();
    // A name and password before the host would show another host than the one that is opened.
    is_plain && !host.is_empty() && !host.contains('@')
}

/// Trims a reason or comment that must say something.
pub fn required_text(name: &str, text: &str) -> Result<String> {
    let checked = optional_text(name, text)?;
    if checked.is_empty() {
        let mut violations = Violations::new(1);
        report(&mut violations, name, "required", format!("say the {name}: others will read it"));
        return Err(Error::Invalid(violations));
    }
    Ok(checked)
}

/// Trims a comment that may be blank.
pub fn optional_text(name: &str, text: &str) -> Result<String> {
    let mut violations = Violations::new(10);
    let text = text.trim();
    check(&mut violations, name, text, COMMENT_LENGTH_MAX, Lines::Several);
    if violations.is_empty() { Ok(text.to_owned()) } else { Err(Error::Invalid(violations)) }
}

#[derive(Clone, Copy, PartialEq)]
enum Lines {
    One,
    Several,
}

fn check(violations: &mut Violations, name: &str, text: &str, length_max: usize, lines: Lines) {
    if text.chars().nth(length_max).is_some() {
        report(violations, name, "length", format!("{name} has more than {length_max} characters"));
    }
    let is_line = |letter: char| lines == Lines::Several && matches!(letter, '\n' | '\r' | '\t');
    if text.chars().any(|letter| (letter.is_control() && !is_line(letter)) || is_direction(letter)) {
        report(violations, name, "control_character", format!("{name} has a control character: take it out"));
    }
}

/// Marks that make a text read in another order than it is written.
fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn report(violations: &mut Violations, name: &str, code: &str, message: String) {
    violations.push(Violation::new("", code, message).of_attribute(name));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(new: NewRequest) -> Vec<String> {
        match checked_head(new) {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(found)) => found.kept().iter().map(|one| format!("{} {}", one.attribute, one.code)).collect(),
            Err(other) => vec![other.to_string()],
        }
    }

    fn head(title: &str, link: &str) -> NewRequest {
        let basis = Basis { link: Some(link.to_owned()), ..Basis::default() };
        NewRequest { title: title.to_owned(), description: String::new(), basis }
    }

    #[test]
    fn links_are_pages_only() {
        for link in ["https://pravo.gov.ru/doc?id=1#2", "http://intranet/приказ", " https://pravo.gov.ru "] {
            assert_eq!(codes(head("Приказ", link)), Vec::<String>::new(), "{link}");
        }
        for link in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "//pravo.gov.ru",
            "https://",
            "https://a b",
            "https://gov.ru@evil.example/",
        ] {
            assert_eq!(codes(head("Приказ", link)), ["basis.link basis_link_malformed"], "{link}");
        }
    }

    #[test]
    fn titles_are_short_plain_and_there() {
        assert_eq!(codes(head("  ", "https://a.ru")), ["title required"]);
        assert_eq!(codes(head("а\u{0}б", "https://a.ru")), ["title control_character"]);
        assert_eq!(codes(head("abc\u{202e}def", "https://a.ru")), ["title control_character"]);
        assert_eq!(codes(head(&"я".repeat(10 << 20), "https://a.ru")), ["title length"]);
    }
}
