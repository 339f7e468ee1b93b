//! The encodings of text files by name. Deliberately unknown: which of them a file has.

use encoding_rs::{IBM866, ISO_8859_5, KOI8_R, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, X_MAC_CYRILLIC};

/// The encodings that are read. Others are refused by name rather than guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1251,
    Koi8R,
    /// The Cyrillic of DOS, which IANA calls IBM866.
    Cp866,
    MacCyrillic,
    Iso8859_5,
}

/// What the usual messages name as a choice.
pub(super) const ENCODING_NAMES: &str = "utf-8, utf-16le, utf-16be, windows-1251, koi8-r, cp866, x-mac-cyrillic or iso-8859-5";

impl Encoding {
    pub const ALL: [Encoding; 8] = [
        Encoding::Utf8,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        Encoding::Windows1251,
        Encoding::Koi8R,
        Encoding::Cp866,
        Encoding::MacCyrillic,
        Encoding::Iso8859_5,
    ];

    /// Accepts the registered names and the usual short ones, in any case.
    pub fn parse(name: &str) -> Option<Encoding> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Encoding::Utf8),
            "utf-16le" | "utf16le" | "utf-16" | "utf16" => Some(Encoding::Utf16Le),
            "utf-16be" | "utf16be" => Some(Encoding::Utf16Be),
            "windows-1251" | "windows1251" | "cp1251" => Some(Encoding::Windows1251),
            "koi8-r" | "koi8r" | "koi8" => Some(Encoding::Koi8R),
            "cp866" | "ibm866" | "866" => Some(Encoding::Cp866),
            "x-mac-cyrillic" | "mac-cyrillic" | "maccyrillic" => Some(Encoding::MacCyrillic),
            "iso-8859-5" | "iso8859-5" => Some(Encoding::Iso8859_5),
            _ => None,
        }
    }

    /// The name registered at IANA, in lower case; the usual one for what IANA calls ibm866.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Windows1251 => "windows-1251",
            Encoding::Koi8R => "koi8-r",
            Encoding::Cp866 => "cp866",
            Encoding::MacCyrillic => "x-mac-cyrillic",
            Encoding::Iso8859_5 => "iso-8859-5",
        }
    }

    /// Every character is one byte, and those of ASCII are what they are there.
    pub(super) fn is_single_byte(self) -> bool {
        !matches!(self, Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be)
    }

    pub(super) fn is_utf16(self) -> bool {
        matches!(self, Encoding::Utf16Le | Encoding::Utf16Be)
    }

    pub(super) fn decoder(self) -> &'static encoding_rs::Encoding {
        match self {
            Encoding::Utf8 => UTF_8,
            Encoding::Utf16Le => UTF_16LE,
            Encoding::Utf16Be => UTF_16BE,
            Encoding::Windows1251 => WINDOWS_1251,
            Encoding::Koi8R => KOI8_R,
            Encoding::Cp866 => IBM866,
            Encoding::MacCyrillic => X_MAC_CYRILLIC,
            Encoding::Iso8859_5 => ISO_8859_5,
        }
    }

    /// The one byte that means nothing. Only windows-1251 has such a byte, and decoders made for the web let it pass as a control
    /// character.
    pub(super) fn undefined_byte(self) -> Option<u8> {
        (self == Encoding::Windows1251).then_some(0x98)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed_whatever_their_case() {
        for (name, encoding) in [
            ("UTF-8", Encoding::Utf8),
            ("utf8", Encoding::Utf8),
            ("UTF-16LE", Encoding::Utf16Le),
            ("utf-16be", Encoding::Utf16Be),
            ("Windows-1251", Encoding::Windows1251),
            ("CP1251", Encoding::Windows1251),
            ("KOI8-R", Encoding::Koi8R),
            ("ibm866", Encoding::Cp866),
            ("mac-cyrillic", Encoding::MacCyrillic),
            ("ISO-8859-5", Encoding::Iso8859_5),
        ] {
            assert_eq!(Encoding::parse(name), Some(encoding), "{name}");
        }
        assert_eq!(Encoding::parse("latin1"), None);
        for encoding in Encoding::ALL {
            assert_eq!(Encoding::parse(encoding.name()), Some(encoding));
            assert!(ENCODING_NAMES.contains(encoding.name()));
        }
    }
}
