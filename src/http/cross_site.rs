//! Requests that a page of another site makes in the name of whoever looks at it: told by the headers that browsers add and pages
//! cannot change. It knows neither cookies nor what the request would do; programs send none of these headers and pass.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName};

use super::errors::Problem;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a request that another site's page makes.
pub fn check(headers: &HeaderMap) -> Result<(), Problem> {
    if !is_cross_site(headers) {
        return Ok(());
    }
    let message = "this request was made by a page of another site: open this service itself, or ask from a program";
    Err(Problem::new(StatusCode::FORBIDDEN, "CROSS_SITE", message))
}

/// Browsers of the last years say it outright; older ones name the page's origin at least.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all(SEC_FETCH_SITE).peekable();
    if sites.peek().is_some() {
        return sites.any(|site| site != "same-origin" && site != "none");
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    headers.get_all(header::ORIGIN).any(|origin| !origin.to_str().is_ok_and(|origin| is_origin_of(origin, host.unwrap_or_default())))
}

/// Whether an origin is this host. Where the one leaves out the port that its scheme implies, the other may name it.
fn is_origin_of(origin: &str, host: &str) -> bool {
    let (authority, port) = match origin.split_once("://") {
        Some(("http", authority)) => (authority, ":80"),
        Some(("https", authority)) => (authority, ":443"),
        _ => return false,
    };
    let without_port = |authority: &str| authority.strip_suffix(port).unwrap_or(authority).to_ascii_lowercase();
    !host.is_empty() && without_port(authority) == without_port(host)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn browsers_say_from_where_a_page_asks() {
        let cases: [(&[(&'static str, &'static str)], bool); 22] = [
            (&[], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "new-word")], true),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example"), ("host", "svod.example")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://svod.example"), ("host", "svod.example")], true),
            (&[("origin", "https://svod.example"), ("host", "svod.example")], false),
            (&[("origin", "https://SVOD.example"), ("host", "svod.EXAMPLE")], false),
            (&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], false),
            (&[("origin", "http://[::1]:8080"), ("host", "[::1]:8080")], false),
            (&[("origin", "https://svod.example"), ("host", "svod.example:443")], false),
            (&[("origin", "https://svod.example"), ("host", "svod.example:8443")], true),
            (&[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:8080")], true),
            (&[("origin", "https://evil.example"), ("host", "svod.example")], true),
            (&[("origin", "https://svod.example.evil.example"), ("host", "svod.example")], true),
            (&[("origin", "null"), ("host", "svod.example")], true),
            (&[("origin", "https://svod.example")], true),
            (&[("origin", ""), ("host", "")], true),
            (&[("origin", "https://svod.example"), ("origin", "https://evil.example"), ("host", "svod.example")], true),
        ];
        for (lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(is_cross_site(&headers), expected, "{lines:?}");
        }
    }
}
