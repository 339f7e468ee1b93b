//! Compressed forms of the answers of the data API: which one a client takes, by RFC 9110 §12.5.3, and how a body is brought into it.
//! The other routes leave that to actix.

use std::io::Write;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;

use crate::query::Forms;

/// Shorter bodies are sent as they are: a compressed one would not fit fewer packets.
pub const KEPT_FROM_BYTES: usize = 1024;
/// What nobody will ask for again is compressed only where it saves more than it costs.
pub const PASSING_FROM_BYTES: usize = 2048;
/// Longer bodies are compressed on a thread that may block.
pub const INLINE_BYTES_MAX: usize = 64 << 10;

/// A form of a body, by the name that HTTP gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Zstd,
    Gzip,
}

/// In the order of preference where the client has none: the shortest first, since such a body is compressed once.
const KEPT_ORDER: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];
/// The quickest first.
const PASSING_ORDER: [Coding; 3] = [Coding::Zstd, Coding::Gzip, Coding::Brotli];

impl Coding {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// The form of a kept body, once somebody has made it.
    pub fn made(self, forms: &Forms) -> Option<&Bytes> {
        self.place(forms).get()
    }

    /// The form of a kept body, made now if nobody has made it before.
    pub fn kept(self, forms: &Forms, body: &[u8]) -> Bytes {
        let effort = match self {
            Self::Brotli => 7,
            Self::Zstd => 9,
            Self::Gzip => 6,
        };
        self.place(forms).get_or_init(|| self.compressed(body, effort)).clone()
    }

    /// The form of a body that is not kept, made quickly.
    pub fn passing(self, body: &[u8]) -> Bytes {
        let effort = match self {
            Self::Brotli => 3,
            Self::Zstd | Self::Gzip => 1,
        };
        self.compressed(body, effort)
    }

    fn place(self, forms: &Forms) -> &std::sync::OnceLock<Bytes> {
        match self {
            Self::Brotli => &forms.brotli,
            Self::Zstd => &forms.zstd,
            Self::Gzip => &forms.gzip,
        }
    }

    fn compressed(self, body: &[u8], effort: u8) -> Bytes {
        const UNFAILING: &str = "writing to memory does not fail";
        const BUFFER_BYTES: usize = 4096;
        const WINDOW_BITS: u32 = 20;
        let target = Vec::with_capacity(body.len() / 4);
        let made = match self {
            Self::Brotli => {
                let mut writer = brotli::CompressorWriter::new(target, BUFFER_BYTES, effort.into(), WINDOW_BITS);
                writer.write_all(body).expect(UNFAILING);
                writer.into_inner()
            }
            Self::Zstd => zstd::stream::encode_all(body, effort.into()).expect(UNFAILING),
            Self::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(target, flate2::Compression::new(effort.into()));
                writer.write_all(body).expect(UNFAILING);
                writer.finish().expect(UNFAILING)
            }
        };
        made.into()
    }
}

/// The coding that a client likes best for a body of this length; `None` for the body as it is.
pub fn choose(headers: &HeaderMap, bytes: usize, is_kept: bool) -> Option<Coding> {
    let (from_bytes, order) = if is_kept { (KEPT_FROM_BYTES, KEPT_ORDER) } else { (PASSING_FROM_BYTES, PASSING_ORDER) };
    if bytes < from_bytes {
        return None;
    }
    let accepted = Accepted::of(headers);
    let rank = |place: usize, coding: Coding| (accepted.quality_of(coding.name()), std::cmp::Reverse(place));
    let best = order.into_iter().enumerate().max_by_key(|(place, coding)| rank(*place, *coding))?.1;
    let quality = accepted.quality_of(best.name());
    // A client that names no quality for the body as it is would rather have it shorter.
    let plain = accepted.named("identity").unwrap_or(0);
    (quality > 0 && quality >= plain).then_some(best)
}

/// What a client accepts: names of codings, each with its quality in thousandths.
struct Accepted<'a>(Vec<(&'a str, u16)>);

impl<'a> Accepted<'a> {
    fn of(headers: &'a HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT_ENCODING).filter_map(|line| line.to_str().ok());
        Self(lines.flat_map(|line| line.split(',')).filter_map(entry_in).collect())
    }

    fn named(&self, name: &str) -> Option<u16> {
        self.0.iter().find(|(named, _)| named.eq_ignore_ascii_case(name)).map(|(_, quality)| *quality)
    }

    fn quality_of(&self, name: &str) -> u16 {
        self.named(name).or_else(|| self.named("*")).unwrap_or(0)
    }
}

/// A quality that cannot be read is none: whoever wrote it gets the body as it is.
fn entry_in(entry: &str) -> Option<(&str, u16)> {
    let mut parts = entry.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let thousandths = match quality {
        None => 1000,
        Some(text) => {
            text.parse::<f32>().ok().filter(|quality| (0.0..=1.0).contains(quality)).map_or(0, |quality| (quality * 1000.0) as u16)
        }
    };
    Some((name, thousandths))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_client_chooses_by_quality_and_we_where_it_does_not_care() {
        let cases: [(&'static str, Option<Coding>, Option<Coding>); 14] = [
            ("", None, None),
            ("gzip", Some(Coding::Gzip), Some(Coding::Gzip)),
            ("gzip, deflate, br, zstd", Some(Coding::Brotli), Some(Coding::Zstd)),
            ("gzip, deflate, br", Some(Coding::Brotli), Some(Coding::Gzip)),
            ("gzip;q=1.0, br;q=0.9", Some(Coding::Gzip), Some(Coding::Gzip)),
            ("br;q=0.2, zstd;q=0.3, gzip;q=0.1", Some(Coding::Zstd), Some(Coding::Zstd)),
            ("*", Some(Coding::Brotli), Some(Coding::Zstd)),
            ("*;q=0.5, br;q=0", Some(Coding::Zstd), Some(Coding::Zstd)),
            ("*;q=0", None, None),
            ("identity", None, None),
            ("identity, gzip;q=0.5", None, None),
            ("identity;q=0.5, GZIP", Some(Coding::Gzip), Some(Coding::Gzip)),
            ("br;q=x, gzip;q=2", None, None),
            ("deflate, compress", None, None),
        ];
        for (accepted, kept, passing) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            assert_eq!(choose(&headers, 5000, true), kept, "{accepted}");
            assert_eq!(choose(&headers, 5000, false), passing, "{accepted}");
            assert_eq!((choose(&headers, 1000, true), choose(&headers, 2000, false)), (None, None), "{accepted}");
        }
        assert_eq!(choose(&HeaderMap::new(), 5000, true), None);
    }

    #[test]
    fn every_form_is_the_body_again_and_a_kept_one_is_made_once() {
        let body = "Прокуратура города Барнаула, ".repeat(500);
        for coding in KEPT_ORDER {
            let forms = Forms::default();
            assert!(coding.made(&forms).is_none());
            let kept = coding.kept(&forms, body.as_bytes());
            assert_eq!(coding.made(&forms).map(|made| made.as_ptr()), Some(kept.as_ptr()));
            for form in [kept, coding.passing(body.as_bytes())] {
                assert!(form.len() < body.len() / 10, "{coding:?} {}", form.len());
                let mut plain = String::new();
                let read = match coding {
                    Coding::Brotli => brotli::Decompressor::new(&form[..], 4096).read_to_string(&mut plain),
                    Coding::Zstd => zstd::stream::decode_all(&form[..]).and_then(|bytes| bytes.as_slice().read_to_string(&mut plain)),
                    Coding::Gzip => flate2::read::GzDecoder::new(&form[..]).read_to_string(&mut plain),
                };
                assert!(read.is_ok() && plain == body, "{coding:?}");
            }
        }
    }
}
