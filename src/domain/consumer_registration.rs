//! What a registration of a consumer must look like; everything that is wrong is collected. Whether its account and its dictionaries
//! are there, and whether its filter can be read, is asked where they are known.

use super::consumer::{Channel, NatsTarget, SigningSecret, WebhookMode, WebhookTarget};
use super::error::{Error, Result};
use super::text::DictionaryCode;
use super::violation::{Violation, Violations};

const TITLE_CHARS_MAX: usize = 200;
const CONTACT_CHARS_MAX: usize = 500;
const URL_BYTES_MAX: usize = 2_000;
const DICTIONARIES_MAX: usize = 1_000;
const STREAM_BYTES_MAX: usize = 100;
/// Most events that one request may carry.
pub const BATCH_EVENTS_MAX: i64 = 1_000;
/// Most secrets at once: each makes every signature longer.
pub const SECRETS_MAX: usize = 5;
const VIOLATIONS_MAX: usize = 100;

/// How a consumer wants to be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetRequest {
    Pull,
    Webhook { url: String, mode: WebhookMode, batch_events_max: i64 },
    Nats { url: String, stream: String, subject_prefix: String },
}

/// What is said of a consumer that its steward may change later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub title: String,
    pub contact: String,
    pub dictionaries: Option<Vec<String>>,
    pub filter: Option<String>,
    pub target: TargetRequest,
}

/// A registration that has the right form.
#[derive(Debug, Clone)]
pub struct CheckedRegistration {
    pub title: String,
    pub contact: String,
    pub dictionaries: Option<Vec<DictionaryCode>>,
    pub filter: Option<String>,
    pub channel: Channel,
}

impl Registration {
    /// Trims the texts and holds everything to its rules. `code` is checked where it is given; `secrets` go into a webhook.
    pub fn check(self, code: Option<&str>, secrets: Vec<SigningSecret>) -> Result<CheckedRegistration> {
        let mut found = Violations::new(VIOLATIONS_MAX);
        if code.is_some_and(|code| DictionaryCode::parse(code).is_none()) {
            let message = format!("the code of a consumer is lower-case Latin letters, digits and `_`: {}", DictionaryCode::PATTERN);
            report(&mut found, "code", "code_malformed", message);
        }
        let title = checked_line(&mut found, "title", "title_malformed", "a consumer needs a title", &self.title, TITLE_CHARS_MAX);
        let asked = "a consumer needs a contact, whom to ask when it fails";
        let contact = checked_line(&mut found, "contact", "contact_malformed", asked, &self.contact, CONTACT_CHARS_MAX);
        let dictionaries = self.dictionaries.map(|codes| checked_dictionaries(&mut found, codes));
        let filter = self.filter.map(|filter| filter.trim().to_owned()).filter(|filter| !filter.is_empty());
        let channel = checked_channel(&mut found, self.target, secrets);
        if found.is_empty() {
            Ok(CheckedRegistration { title, contact, dictionaries, filter, channel })
        } else {
            Err(Error::Invalid(found))
        }
    }
}

/// A violation about one argument.
pub fn violation(argument: &str, code: &str, message: impl Into<String>) -> Error {
    let mut found = Violations::new(VIOLATIONS_MAX);
    report(&mut found, argument, code, message.into());
    Error::Invalid(found)
}

fn report(found: &mut Violations, argument: &str, code: &str, message: String) {
    found.push(Violation::new("", code, message).of_attribute(argument));
}

fn checked_line(found: &mut Violations, argument: &str, code: &str, asked: &str, text: &str, chars_max: usize) -> String {
    let text = text.trim();
    let is_short = text.len() <= 4 * chars_max && text.chars().count() <= chars_max;
    if text.is_empty() || !is_short || text.chars().any(char::is_control) {
        report(found, argument, code, format!("{asked}: one line of at most {chars_max} characters"));
    }
    if is_short { text.to_owned() } else { String::new() }
}

fn checked_dictionaries(found: &mut Violations, codes: Vec<String>) -> Vec<DictionaryCode> {
    if codes.is_empty() || codes.len() > DICTIONARIES_MAX {
        let message = format!("a consumer follows 1 to {DICTIONARIES_MAX} dictionaries, or names none and follows all that it may read");
        report(found, "dictionaries", "dictionaries_out_of_range", message);
        return Vec::new();
    }
    let mut parsed = Vec::with_capacity(codes.len());
    for code in codes {
        match DictionaryCode::parse(&code) {
            Some(code) => parsed.push(code),
            None => report(found, "dictionaries", "dictionary_unknown", "one of these is no code of a dictionary".to_owned()),
        }
    }
    parsed.sort_unstable();
    parsed.dedup();
    parsed
}

fn checked_channel(found: &mut Violations, target: TargetRequest, secrets: Vec<SigningSecret>) -> Channel {
    match target {
        TargetRequest::Pull => Channel::Pull,
        TargetRequest::Webhook { url, mode, batch_events_max } => {
            if !is_address(&url, &["https://", "http://"], Credentials::Refused) {
                let message = "the address must be whole, as https://host/path, with no user, password or `#`";
                report(found, "url", "url_malformed", message.to_owned());
            }
            let batch = usize::try_from(batch_events_max).unwrap_or(0);
            if batch == 0 || batch_events_max > BATCH_EVENTS_MAX {
                let message = format!("a batch has 1 to {BATCH_EVENTS_MAX} events");
                report(found, "batchEventsMax", "batch_events_out_of_range", message);
            }
            let batch_events_max = if mode == WebhookMode::Structured { 1 } else { batch };
            Channel::Webhook(WebhookTarget { url, mode, batch_events_max, secrets })
        }
        TargetRequest::Nats { url, stream, subject_prefix } => {
            if !is_address(&url, &["nats://", "tls://"], Credentials::Allowed) {
                let message = "the address of a broker is nats://host:4222, or tls://…, with user:password@ before the host if need be";
                report(found, "url", "url_malformed", message.to_owned());
            }
            let is_token =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
            if !is_token(&stream) || stream.len() > STREAM_BYTES_MAX {
                let message = format!("the name of a stream is 1 to {STREAM_BYTES_MAX} Latin letters, digits, `_` and `-`");
                report(found, "stream", "stream_malformed", message);
            }
            if subject_prefix.len() > STREAM_BYTES_MAX || !subject_prefix.split('.').all(is_token) {
                let message = "subjects begin with words of Latin letters, digits, `_` and `-`, with dots between them: `svod`";
                report(found, "subjectPrefix", "subject_prefix_malformed", message.to_owned());
            }
            Channel::Nats(NatsTarget { url, stream, subject_prefix })
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Credentials {
    Allowed,
    Refused,
}

/// Whether a text is an address of one of the schemes, with a host, and a port that there can be. Where it leads is asked when it is called.
fn is_address(text: &str, schemes: &[&str], credentials: Credentials) -> bool {
    let Some(rest) = schemes.iter().find_map(|scheme| text.strip_prefix(scheme)) else { return false };
    let is_plain = text.len() <= URL_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{}|#".contains(&byte));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host_port = match authority.rsplit_once('@') {
        Some(_) if credentials == Credentials::Refused => return false,
        Some((_, host_port)) => host_port,
        None => authority,
    };
    let (host, port) = match host_port.rsplit_once(':') {
        // Colons inside brackets belong to an address of IPv6.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (host_port, None),
    };
    let is_ipv6 =
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    let is_name = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    is_plain && (is_ipv6 || is_name) && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration() -> Registration {
        Registration {
            title: " Статистика ".to_owned(),
            contact: "statistics@example.org".to_owned(),
            dictionaries: Some(vec!["regions".to_owned(), "offices".to_owned(), "offices".to_owned()]),
            filter: Some(" ".to_owned()),
            target: TargetRequest::Webhook {
                url: "https://statistics.example/hook?x=1".to_owned(),
                mode: WebhookMode::Batched,
                batch_events_max: 50,
            },
        }
    }

    #[test]
    fn a_good_registration_is_trimmed_and_sorted() {
        let checked = registration().check(Some("statistics"), vec![]).unwrap();
        assert_eq!((checked.title.as_str(), checked.filter), ("Статистика", None));
        let codes: Vec<String> = checked.dictionaries.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(codes, ["offices", "regions"]);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let wrong = Registration {
            title: String::new(),
            contact: "\n".to_owned(),
            dictionaries: Some(vec!["Offices".to_owned()]),
            filter: None,
            target: TargetRequest::Nats { url: "http://x".to_owned(), stream: "a b".to_owned(), subject_prefix: "svod.".to_owned() },
        };
        let Err(Error::Invalid(found)) = wrong.check(Some("Statistics"), vec![]) else { panic!("it is wrong") };
        let codes: Vec<&str> = found.kept().iter().map(|violation| violation.code.as_str()).collect();
        let expected = [
            "code_malformed",
            "title_malformed",
            "contact_malformed",
            "dictionary_unknown",
            "url_malformed",
            "stream_malformed",
            "subject_prefix_malformed",
        ];
        assert_eq!(codes, expected);
    }

    #[test]
    fn addresses_are_whole_and_hide_nothing() {
        let http = |url: &str| is_address(url, &["https://", "http://"], Credentials::Refused);
        for right in ["https://a.example", "http://a:8080/b?c=d", "http://127.0.0.1:1/", "https://[::1]:8443/x", "https://[::1]"] {
            assert!(http(right), "{right}");
        }
        for wrong in [
            "",
            "a.example",
            "ftp://a",
            "https://",
            "https:///x",
            "https://u:p@a/",
            "https://a/#b",
            "https://a:0/",
            "https://a:70000/",
            "https://a b/",
            "https://[::g]/",
            "javascript:alert(1)",
            "https://a:/",
            "https://пример/",
            "https://a:+1/",
        ] {
            assert!(!http(wrong), "{wrong}");
        }
        assert!(is_address("nats://svod:s@broker:4222", &["nats://"], Credentials::Allowed));
    }
}
