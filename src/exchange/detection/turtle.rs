//! Whether a text is Turtle: directives of RDF at its beginning, or a name that says so and an address of RDF.
//! Deliberately unknown: whether there are concepts in it.

use crate::exchange::format::Format;

const SKOS_NAMESPACE: &str = "http://www.w3.org/2004/02/skos/core#";

/// Whether the text, behind its comments, begins with a directive; or with an address where the name ends in `.ttl`.
pub(super) fn is_likely(body: &str, file_name: &str) -> bool {
    let mut rest = body;
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, after)| after).trim_start();
    }
    let is_named_so = file_name.to_lowercase().ends_with(".ttl");
    is_directive(rest) || (is_named_so && (rest.is_empty() || rest.starts_with('<')))
        // An address in angle brackets is followed by more of the sentence.
        || (rest.starts_with('<') && rest.contains(SKOS_NAMESPACE))
}

/// `@prefix name: <…>`, `@base <…>`, and both as SPARQL writes them.
fn is_directive(text: &str) -> bool {
    let Some((word, rest)) = text.split_once(char::is_whitespace) else { return false };
    let rest = rest.trim_start();
    match word.trim_start_matches('@').to_ascii_lowercase().as_str() {
        "base" => rest.starts_with('<'),
        "prefix" => rest.split_once(':').is_some_and(|(name, address)| {
            name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
                && address.trim_start().starts_with('<')
        }),
        _ => false,
    }
}

pub(super) fn judge(body: &str) -> (Format, String) {
    let evidence = if body.contains(SKOS_NAMESPACE) {
        "Turtle that names the namespace of SKOS"
    } else {
        "Turtle, though nothing of SKOS is at its beginning"
    };
    (Format::Skos, evidence.to_owned())
}
