//! Which form of an answer the client asked for, by RFC 9110 §12: quality first, then how exactly the form is named.
//! It knows forms, not what is answered in them.

use std::cmp::Reverse;

use actix_web::http::header::{self, Accept, Quality};
use actix_web::mime::{self, Mime};
use actix_web::{HttpMessage, HttpRequest};

/// A form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    GraphqlResponse,
    Json,
    Html,
}

impl Media {
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
        }
    }

    /// How exactly a range names this form: 2 by its name, 1 by its first half, 0 as anything; `None` when it does not.
    fn specificity_in(self, range: &Mime) -> Option<u8> {
        let (half, name) = match self {
            Self::GraphqlResponse => ("application", "application/graphql-response+json"),
            Self::Json => ("application", "application/json"),
            Self::Html => ("text", "text/html"),
        };
        match (range.type_(), range.subtype()) {
            (mime::STAR, mime::STAR) => Some(0),
            (range_half, mime::STAR) => (range_half == half).then_some(1),
            _ => (range.essence_str() == name).then_some(2),
        }
    }
}

/// What nearly all programs send, and what it comes to where JSON is offered first and GraphQL's own form too.
const USUAL: [(&[u8], Media); 8] = [
    (b"application/json", Media::Json),
    (b"*/*", Media::Json),
    (b"application/json, text/plain, */*", Media::Json),
    (b"application/json, */*", Media::Json),
    (b"application/graphql-response+json", Media::GraphqlResponse),
    (b"application/graphql-response+json, application/json;q=0.9", Media::GraphqlResponse),
    (b"application/graphql-response+json,application/json;q=0.9", Media::GraphqlResponse),
    (b"application/graphql-response+json, application/json", Media::GraphqlResponse),
];

/// The offered form that the client likes best; the first one when it does not say; `None` when it wants none of them.
pub fn choose(request: &HttpRequest, offered: &[Media]) -> Option<Media> {
    let mut lines = request.headers().get_all(header::ACCEPT);
    match (lines.next(), lines.next()) {
        (None, _) => return offered.first().copied(),
        (Some(line), None) if offered.starts_with(&[Media::Json, Media::GraphqlResponse]) => {
            if let Some((_, media)) = USUAL.iter().find(|(usual, _)| *usual == line.as_bytes()) {
                return Some(*media);
            }
        }
        _ => {}
    }
    choose_slowly(request, offered)
}

fn choose_slowly(request: &HttpRequest, offered: &[Media]) -> Option<Media> {
    let accept = match request.get_header::<Accept>() {
        Some(accept) if !accept.is_empty() => accept,
        _ => return offered.first().copied(),
    };
    let rank = |media: Media| {
        let matching =
            accept.iter().enumerate().filter_map(|(at, range)| Some((media.specificity_in(&range.item)?, Reverse(at), range.quality)));
        // The range that names a form most exactly says how good it is, also when another says better.
        let (specificity, at, quality) = matching.max_by_key(|(specificity, at, _)| (*specificity, *at))?;
        (quality > Quality::ZERO).then_some((quality, specificity, at))
    };
    let ranked = offered.iter().enumerate().filter_map(|(order, media)| Some(((rank(*media)?, Reverse(order)), *media)));
    ranked.max_by_key(|(rank, _)| *rank).map(|(_, media)| media)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const OFFERED: [Media; 3] = [Media::Json, Media::GraphqlResponse, Media::Html];

    #[test]
    fn chooses_by_quality_then_exactness_then_place() {
        let cases = [
            ("", Some(Media::Json)),
            ("*/*", Some(Media::Json)),
            ("application/*", Some(Media::Json)),
            ("application/json", Some(Media::Json)),
            ("application/json; charset=utf-8", Some(Media::Json)),
            ("APPLICATION/JSON", Some(Media::Json)),
            ("application/graphql-response+json", Some(Media::GraphqlResponse)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Media::GraphqlResponse)),
            ("application/graphql-response+json;q=0.5, application/json;q=0.9", Some(Media::Json)),
            ("application/graphql-response+json, application/json", Some(Media::GraphqlResponse)),
            ("*/*, application/graphql-response+json", Some(Media::GraphqlResponse)),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", Some(Media::Html)),
            ("text/*", Some(Media::Html)),
            ("*/*, application/json;q=0", Some(Media::GraphqlResponse)),
            ("application/json;q=0", None),
            ("image/png", None),
            ("text/plain, image/*;q=0.5", None),
        ];
        for (accept, expected) in cases {
            let request = TestRequest::default().insert_header(("accept", accept)).to_http_request();
            assert_eq!(choose(&request, &OFFERED), expected, "{accept}");
        }
        assert_eq!(choose(&TestRequest::default().to_http_request(), &OFFERED), Some(Media::Json), "no header");
        for (usual, media) in USUAL {
            let usual = str::from_utf8(usual).expect("it is ASCII");
            let request = TestRequest::default().insert_header(("accept", usual)).to_http_request();
            for offered in [&OFFERED[..], &OFFERED[..2]] {
                assert_eq!((choose(&request, offered), choose_slowly(&request, offered)), (Some(media), Some(media)), "{usual}");
            }
        }
        let request = TestRequest::default().insert_header(("accept", "text/html")).to_http_request();
        assert_eq!(choose(&request, &OFFERED[..2]), None);
    }
}
