//! How clients and those between may keep answers of the data API, and how they ask whether what they keep is still good
//! (RFC 9110 §8.8.3 and §13.1.2, RFC 9111).

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};

use super::compression::Coding;
use crate::query::{Forms, Keeping};

/// By what an answer of this address differs.
pub const VARY: &str = "accept, accept-encoding, authorization, cookie";

/// So much of a SHA-256 tells bodies apart.
const TAG_BYTES: usize = 16;

/// An answer that is for whoever presents a credential is kept by nobody else, and one with errors by nobody.
pub fn cache_control(keeping: Keeping, is_private: bool) -> &'static str {
    match (keeping, is_private) {
        (Keeping::Never, false) => "no-store",
        (Keeping::Never, true) => "private, no-store",
        (Keeping::UntilChange, false) => "public, no-cache",
        (Keeping::UntilChange, true) => "private, no-cache",
        (Keeping::Pinned, false) => "public, max-age=3600",
        (Keeping::Pinned, true) => "private, max-age=3600",
    }
}

/// The tag of a body, without its quotes; made once for a body that is kept.
pub fn tag_of(body: &[u8], forms: Option<&Forms>) -> Box<str> {
    let make = || Sha256::digest(body).iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect::<String>().into_boxed_str();
    match forms {
        Some(forms) => forms.entity_tag.get_or_init(make).clone(),
        None => make(),
    }
}

/// A strong tag names bytes, so every form of a body has its own.
pub fn tag_header(tag: &str, coding: Option<Coding>) -> Option<HeaderValue> {
    let text = match coding {
        None => format!("\"{tag}\""),
        Some(coding) => format!("\"{tag}-{}\"", coding.name()),
    };
    HeaderValue::from_str(&text).ok()
}

/// Whether the client keeps the body already, in whatever form: the comparison that is asked for here is the weak one.
pub fn has_same(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).any(|kept| {
        let kept = kept.strip_prefix("W/").unwrap_or(kept);
        let inner = kept.strip_prefix('"').and_then(|kept| kept.strip_suffix('"'));
        kept == "*" || inner.is_some_and(|inner| inner.split('-').next() == Some(tag))
    })
}
