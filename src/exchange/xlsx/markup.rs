//! What the markup of a part of a workbook would take of a parser's memory, seen without a parser and without keeping anything: a
//! piece of text or a tag that does not end, a cell of many pieces, elements within elements within elements. Deliberately unknown: what
//! the elements mean, beyond which is a cell.

/// A workbook nests its elements some ten deep; parsers keep the name of each that is open.
const DEPTH_MAX: usize = 256;

/// As much of a tag as tells what it is.
const NAME_BYTES_MAX: usize = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Text,
    Tag,
    /// Of a tag, between these marks.
    Quotes(u8),
    Comment,
    CharacterData,
    Instruction,
}

/// Looks at a part as it goes by.
pub(super) struct Markup {
    /// The most that one piece, or the texts of one cell, may take; `None` for parts that may hold anything.
    piece_bytes_max: Option<usize>,
    within: Within,
    piece_bytes: usize,
    /// The beginning of the tag.
    name: Vec<u8>,
    /// The last three bytes.
    last: [u8; 3],
    depth: usize,
    is_in_cell: bool,
    cell_bytes: usize,
}

impl Markup {
    pub(super) fn new(piece_bytes_max: Option<usize>) -> Self {
        let (within, name) = (Within::Text, Vec::with_capacity(NAME_BYTES_MAX));
        Self { piece_bytes_max, within, piece_bytes: 0, name, last: [0; 3], depth: 0, is_in_cell: false, cell_bytes: 0 }
    }

    /// Takes what comes next. The error is what is wrong with it, as what comes after the name of the part.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = self.passed_over(rest);
            if count > 0 {
                self.count(count)?;
                let passed = rest[count - 1];
                self.last = [0, 0, passed];
                rest = &rest[count..];
            }
            if let Some((byte, after)) = rest.split_first() {
                self.count(1)?;
                self.step(*byte)?;
                self.last = [self.last[1], self.last[2], *byte];
                rest = after;
            }
        }
        Ok(())
    }

    /// How many bytes come before the next that could matter.
    fn passed_over(&self, bytes: &[u8]) -> usize {
        let found = match self.within {
            Within::Text => memchr::memchr(b'<', bytes),
            Within::Quotes(mark) => memchr::memchr(mark, bytes),
            // These end with several bytes, and are rare.
            Within::Comment | Within::CharacterData | Within::Instruction | Within::Tag => Some(0),
        };
        found.unwrap_or(bytes.len())
    }

    fn count(&mut self, bytes: usize) -> Result<(), String> {
        self.piece_bytes = self.piece_bytes.saturating_add(bytes);
        if self.is_in_cell && matches!(self.within, Within::Text | Within::CharacterData) {
            self.cell_bytes = self.cell_bytes.saturating_add(bytes);
        }
        match self.piece_bytes_max {
            Some(most) if self.piece_bytes > most => Err(format!("has a text or tag of more than {most} bytes")),
            Some(most) if self.cell_bytes > most => Err(format!("has a cell of more than {most} bytes")),
            _ => Ok(()),
        }
    }

    fn step(&mut self, byte: u8) -> Result<(), String> {
        match (self.within, byte) {
            (Within::Text, b'<') => {
                self.name.clear();
                self.begin(Within::Tag);
            }
            (Within::Tag, b'"' | b'\'') => self.within = Within::Quotes(byte),
            (Within::Quotes(_), _) => self.within = Within::Tag,
            (Within::Tag, b'>') => {
                self.end_tag()?;
                self.begin(Within::Text);
            }
            (Within::Tag, _) if self.name.len() < NAME_BYTES_MAX => {
                self.name.push(byte);
                self.within = match self.name.as_slice() {
                    b"!--" => Within::Comment,
                    b"![CDATA[" => Within::CharacterData,
                    b"?" => Within::Instruction,
                    _ => Within::Tag,
                };
            }
            // The marks that begin these do not end them: `<!-->`, `<?>`.
            (Within::Comment, b'>') if self.last[1..] == *b"--" && self.piece_bytes >= "!---->".len() => self.begin(Within::Text),
            (Within::CharacterData, b'>') if self.last[1..] == *b"]]" => self.begin(Within::Text),
            (Within::Instruction, b'>') if self.last[2] == b'?' && self.piece_bytes >= "??>".len() => self.begin(Within::Text),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, within: Within) {
        (self.within, self.piece_bytes) = (within, 0);
    }

    fn end_tag(&mut self) -> Result<(), String> {
        if self.name.starts_with(b"!") {
            // It may go on beyond its first `>`, and it can pull in other files.
            return if self.piece_bytes_max.is_some() { Err("has a document type (<!…>)".to_owned()) } else { Ok(()) };
        }
        let is_end = self.name.first() == Some(&b'/');
        let is_empty = self.last[2] == b'/';
        let name = &self.name[usize::from(is_end)..];
        let name = name.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
        let is_cell = name.rsplit(|byte| *byte == b':').next() == Some(b"c");
        if is_cell {
            (self.is_in_cell, self.cell_bytes) = (!is_end && !is_empty, 0);
        }
        match (is_end, is_empty) {
            (true, _) => self.depth = self.depth.saturating_sub(1),
            (false, false) => self.depth += 1,
            (false, true) => {}
        }
        if self.depth > DEPTH_MAX { Err(format!("nests its elements more than {DEPTH_MAX} deep")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a text, however it comes in pieces.
    fn judged(text: &str) -> Result<(), String> {
        let whole = Markup::new(Some(20)).take(text.as_bytes());
        for size in [1, 2, 3, 7] {
            let mut markup = Markup::new(Some(20));
            assert_eq!(text.as_bytes().chunks(size).try_for_each(|piece| markup.take(piece)), whole, "{text} by {size}");
        }
        whole
    }

    #[test]
    fn what_does_not_end_is_refused() {
        let long = "x".repeat(21);
        let marks = "><".repeat(11);
        for text in [
            format!("<a>{long}</a>"),
            long.clone(),
            format!("<{long}>"),
            format!("<a b='{marks}'/>"),
            format!("<a b=\"{marks}\"/>"),
            format!("<!--{marks}-->"),
            format!("<![CDATA[{marks}]]>"),
            format!("<?{marks}?>"),
            format!("<?>{marks}?>"),
        ] {
            assert_eq!(judged(&text), Err("has a text or tag of more than 20 bytes".to_owned()), "{text}");
        }
        let ten = "x".repeat(10);
        for cell in ["c", "x:c", "c r='A1'", "c\n"] {
            let text = format!("<{cell}><t>{ten}</t><t>{ten}</t><t>{ten}</t></c>");
            assert_eq!(judged(&text), Err("has a cell of more than 20 bytes".to_owned()), "{text}");
        }
        assert_eq!(judged(&"<a>".repeat(257)), Err("nests its elements more than 256 deep".to_owned()));
        assert_eq!(judged("<!DOCTYPE a>"), Err("has a document type (<!…>)".to_owned()));
    }

    #[test]
    fn what_ends_is_not() {
        let ten = "x".repeat(10);
        let cells = format!("<c r='A1'><v>{ten}</v></c><c/><c r='/'/>{ten}<f>{ten}</f><cols>{ten}</cols>").repeat(100);
        let text = format!("<?xml version='1'?><!-- > -- < --><![CDATA[ ]>]] ]]><a b='>'>{cells}</a>");
        assert_eq!(judged(&text), Ok(()));
        assert_eq!(judged(&"<a/><b></b>".repeat(1_000)), Ok(()));
        assert_eq!(Markup::new(None).take("x".repeat(100).as_bytes()), Ok(()), "elsewhere there may be anything");
    }
}
