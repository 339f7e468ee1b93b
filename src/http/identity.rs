//! Who asks: the cookie or the header by which a caller says so, the address they ask from, and what becomes of a credential that is
//! not good. A credential is never passed over in silence. It knows no account: the identity door does.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

use super::HttpSettings;
use super::errors::Problem;
use super::observation::RequestId;
use super::rate::RatedBy;
use super::services::IdentityDoor;
use crate::app::acting::Caller;
use crate::app::identity::Presented;
use crate::domain::account::{Authority, Scope};
use crate::domain::error::Error;
use crate::graphql::door::SetCookie;

/// What the cookie of a session is called.
const COOKIE: &str = "svod_session";
/// The same where it goes over TLS only: browsers let nobody but this very host set one of such a name.
const COOKIE_SECURE: &str = "__Host-svod_session";

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Somebody at the door, not looked up yet.
#[derive(Clone)]
pub struct Guest {
    /// `None`: they present nothing, and nothing needs to be asked of the database.
    presented: Option<Presented>,
    address: String,
    id: RequestId,
    is_cookie_secure: bool,
}

impl Guest {
    /// Refuses what cannot be read as a credential.
    pub fn of(request: &HttpRequest, settings: &HttpSettings, id: RequestId) -> Result<Self, Problem> {
        let headers = request.headers();
        let session = session_in(headers, settings.is_cookie_secure)?;
        let bearer = bearer_in(headers)?;
        let presented = (session.is_some() || bearer.is_some()).then_some(Presented { session, bearer });
        let peer = request.peer_addr().map(|peer| peer.ip());
        let address = address_of(peer, headers, settings.trusted_proxies);
        Ok(Self { presented, address, id, is_cookie_secure: settings.is_cookie_secure })
    }

    /// Somebody without an account, whatever they present.
    pub fn as_nobody(&self) -> Caller {
        Caller::anonymous(self.address.clone(), self.id.as_str())
    }

    /// Looks the credential up in the database, if there is one: to be called where it may block.
    pub fn identify(&self, door: &IdentityDoor) -> Result<Caller, Problem> {
        match &self.presented {
            None => Ok(self.as_nobody()),
            Some(presented) => {
                let identified = (door.identify)(presented, &self.address, self.id.as_str());
                identified.map_err(|error| self.refusal(error))
            }
        }
    }

    /// What they may read, for the doors that only read.
    pub fn read_authority(&self, door: &IdentityDoor) -> Result<Arc<Authority>, Problem> {
        static ANONYMOUS: LazyLock<Arc<Authority>> = LazyLock::new(Arc::default);
        if self.presented.is_none() {
            return Ok(Arc::clone(&ANONYMOUS));
        }
        reading(Arc::new(self.identify(door)?.authority))
    }

    /// The same where it must not block: `None` when it is not known what they may read.
    pub fn known_authority(&self, door: &IdentityDoor) -> Option<Result<Arc<Authority>, Problem>> {
        (door.known)(self.presented.as_ref()?).map(reading)
    }

    /// Whose rate of asking is counted.
    pub fn rated_by(&self) -> RatedBy<'_> {
        let secret = self.presented.as_ref().and_then(|presented| presented.bearer.as_deref().or(presented.session.as_deref()));
        secret.map_or(RatedBy::Address(&self.address), RatedBy::Credential)
    }

    pub fn presents_anything(&self) -> bool {
        self.presented.is_some()
    }

    /// Whatever refuses a credential, the caller must come with another: hence 401. A browser is told to forget its cookie.
    fn refusal(&self, error: Error) -> Problem {
        let Error::Refused { code, message } = error else { return Problem::of_error(error, &self.id) };
        let problem = unauthorized(code.to_ascii_uppercase(), message);
        let is_session_alone = self.presented.as_ref().is_some_and(|presented| presented.session.is_some() && presented.bearer.is_none());
        match cookie(&SetCookie::EndSession, self.is_cookie_secure).filter(|_| is_session_alone) {
            Some(ended) => problem.with_header(header::SET_COOKIE, ended),
            None => problem,
        }
    }
}

/// The authority of somebody who may read at all.
fn reading(authority: Arc<Authority>) -> Result<Arc<Authority>, Problem> {
    if authority.reaches(Scope::Read) {
        return Ok(authority);
    }
    let message = "this token does not allow to read: ask an administrator for one with the scope `read`";
    Err(Problem::new(StatusCode::FORBIDDEN, "SCOPE_MISSING", message))
}

fn unauthorized(code: impl Into<std::borrow::Cow<'static, str>>, message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, message).with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

fn malformed(message: &str) -> Problem {
    unauthorized("CREDENTIALS_MALFORMED", message)
}

/// Whether a request carries the cookie of a session, good or not.
pub fn carries_session(headers: &HeaderMap, is_secure: bool) -> bool {
    !matches!(session_in(headers, is_secure), Ok(None))
}

/// Whether a request says who asks, rightly or not.
pub fn carries_credential(headers: &HeaderMap, is_cookie_secure: bool) -> bool {
    headers.contains_key(header::AUTHORIZATION) || carries_session(headers, is_cookie_secure)
}

fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure { COOKIE_SECURE } else { COOKIE }
}

fn session_in(headers: &HeaderMap, is_secure: bool) -> Result<Option<String>, Problem> {
    let name = cookie_name(is_secure).as_bytes();
    let pairs = headers.get_all(header::COOKIE).flat_map(|cookies| cookies.as_bytes().split(|byte| *byte == b';'));
    let mut values = pairs.filter_map(|pair| pair.trim_ascii().strip_prefix(name)?.strip_prefix(b"="));
    let Some(value) = values.next() else { return Ok(None) };
    // Another host of the same domain can set a second one: which of them is meant must not be guessed.
    if values.any(|other| other != value) {
        return Err(malformed("there are two different session cookies: delete the cookies of this site and sign in again"));
    }
    let is_plain = value.iter().all(u8::is_ascii_graphic);
    match str::from_utf8(value) {
        Ok(value) if is_plain => Ok(Some(value.to_owned())),
        _ => Err(malformed("the session cookie is not one of ours: delete the cookies of this site and sign in again")),
    }
}

fn bearer_in(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = headers.get_all(header::AUTHORIZATION);
    let Some(value) = given.next() else { return Ok(None) };
    let token = value.to_str().ok().and_then(token_in).filter(|_| given.next().is_none());
    token.map(|token| Some(token.to_owned())).ok_or_else(|| malformed("send one header `Authorization: Bearer TOKEN`, or none"))
}

/// The token of RFC 6750 §2.1; the name of the scheme is the same in any case (RFC 9110 §11.1).
fn token_in(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once(' ')?;
    let token = rest.trim_start_matches(' ');
    let unpadded = token.trim_end_matches('=');
    let is_token = !unpadded.is_empty() && unpadded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

/// The address of whoever asks. Each trusted proxy appends to `X-Forwarded-For` the address from which it was asked, so what they
/// wrote is counted from the end; what stands before it anybody can write.
fn address_of(peer: Option<IpAddr>, headers: &HeaderMap, trusted_proxies: usize) -> String {
    let forwarded = trusted_proxies.checked_sub(1).and_then(|from_end| {
        let lines: Vec<&str> = headers.get_all(X_FORWARDED_FOR).filter_map(|line| line.to_str().ok()).collect();
        lines.iter().flat_map(|line| line.split(',')).rev().nth(from_end).and_then(|entry| ip_in(entry.trim()))
    });
    forwarded.or(peer).map_or_else(|| "unknown".to_owned(), |address| address.to_canonical().to_string())
}

/// Some proxies write the port too.
fn ip_in(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// A cookie as the browser is told of it: no script reads it, and no other site's form or script sends it.
/// `None` when the secret could not stand in one, which would be our fault.
pub fn cookie(set: &SetCookie, is_secure: bool) -> Option<HeaderValue> {
    let name = cookie_name(is_secure);
    let secure = if is_secure { "; Secure" } else { "" };
    let (value, life) = match set {
        SetCookie::Session { secret, expires_at } => (secret.as_str(), format!("Expires={}", http_date(*expires_at))),
        SetCookie::EndSession => ("", "Max-Age=0".to_owned()),
    };
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}; {life}");
    HeaderValue::from_str(&text).ok().filter(|_| is_plain)
}

/// RFC 9110 §5.6.7.
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).expect("no control characters"));
        }
        headers
    }

    #[test]
    fn the_cookie_of_the_session_is_found_among_others() {
        let cases: [(&[&str], Option<Option<&str>>); 9] = [
            (&[], Some(None)),
            (&["lang=ru; theme=dark"], Some(None)),
            (&["lang=ru; svod_session=abc; theme=dark"], Some(Some("abc"))),
            (&["lang=ru", "svod_session=abc"], Some(Some("abc"))),
            (&["my_svod_session=abc; svod_sessions=d; __Host-svod_session=e"], Some(None)),
            (&["svod_session="], Some(Some(""))),
            (&["svod_session=abc;svod_session=abc"], Some(Some("abc"))),
            (&["svod_session=abc; svod_session=def"], None),
            (&["svod_session=имя"], None),
        ];
        for (lines, expected) in cases {
            let lines: Vec<(&'static str, &str)> = lines.iter().map(|line| ("cookie", *line)).collect();
            let found = session_in(&headers(&lines), false).ok();
            assert_eq!(found, expected.map(|value| value.map(ToOwned::to_owned)), "{lines:?}");
            assert_eq!(carries_session(&headers(&lines), false), expected != Some(None), "{lines:?}");
        }
        let secure = headers(&[("cookie", "svod_session=abc; __Host-svod_session=def")]);
        assert_eq!(session_in(&secure, true).ok(), Some(Some("def".to_owned())), "the plain one could be anybody's");
    }

    #[test]
    fn a_bearer_is_one_token() {
        for good in ["Bearer abc", "bearer abc", "BEARER   a-b.c_d~e+f/g=="] {
            assert!(matches!(bearer_in(&headers(&[("authorization", good)])), Ok(Some(_))), "{good}");
        }
        for bad in ["", "Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer =", "Basic YTpi", "abc", "Bearer имя", "Bearer\tabc"] {
            assert_eq!(
                bearer_in(&headers(&[("authorization", bad)])),
                Err(malformed("send one header `Authorization: Bearer TOKEN`, or none"))
            );
        }
        assert!(bearer_in(&headers(&[("authorization", "Bearer a"), ("authorization", "Bearer a")])).is_err());
        assert_eq!(bearer_in(&headers(&[])), Ok(None));
    }

    #[test]
    fn the_address_is_what_trusted_proxies_say_it_is() {
        let peer: Option<IpAddr> = "10.0.0.9".parse().ok();
        let forwarded = headers(&[("x-forwarded-for", "6.6.6.6, 203.0.113.7"), ("x-forwarded-for", "[2001:db8::1]:443, nonsense")]);
        let found = |trusted| address_of(peer, &forwarded, trusted);
        assert_eq!([found(0), found(1), found(2), found(3), found(4)], ["10.0.0.9", "10.0.0.9", "2001:db8::1", "203.0.113.7", "6.6.6.6"]);
        assert_eq!(found(5), "10.0.0.9", "the request did not come by all of them");
        assert_eq!(address_of("::ffff:192.0.2.1".parse().ok(), &headers(&[]), 0), "192.0.2.1");
        assert_eq!(address_of(None, &headers(&[]), 0), "unknown");
        assert_eq!(address_of(peer, &headers(&[("x-forwarded-for", "192.0.2.7:51000")]), 1), "192.0.2.7");
    }

    #[test]
    fn cookies_are_for_this_host_and_no_script() {
        let expires_at: Timestamp = "2026-11-22T09:05:03Z".parse().expect("it is an instant");
        let session = |secret: &str| SetCookie::Session { secret: secret.to_owned(), expires_at };
        let told = |set: &SetCookie, is_secure| cookie(set, is_secure).map(|value| value.to_str().unwrap_or_default().to_owned());
        let plain = "svod_session=a-b_c; Path=/; HttpOnly; SameSite=Lax; Expires=Sun, 22 Nov 2026 09:05:03 GMT";
        assert_eq!(told(&session("a-b_c"), false).as_deref(), Some(plain));
        let ended = "__Host-svod_session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0";
        assert_eq!(told(&SetCookie::EndSession, true).as_deref(), Some(ended));
        for bad in ["a;b", "a b", "a\r\nb", "имя", "a,b"] {
            assert_eq!(told(&session(bad), false), None, "{bad}");
        }
    }
}
