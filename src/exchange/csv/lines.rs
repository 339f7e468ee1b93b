//! Counts physical lines: LF, CRLF and a lone CR each end one, inside quotes or not.
//! Knows bytes and offsets only; what a line holds is for others.

use memchr::memchr2_iter;

/// The number of the line that the bytes counted so far have reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    number: u64,
    /// Where a line feed would be the second half of a CRLF already counted.
    paired_line_feed_at: Option<u64>,
}

impl Lines {
    pub(super) fn new() -> Lines {
        Lines { number: 1, paired_line_feed_at: None }
    }

    /// One-based.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Takes note of the CR or LF at an offset of the file.
    pub(super) fn end_at(&mut self, byte: u8, offset: u64) {
        if byte == b'\n' && self.paired_line_feed_at == Some(offset) {
            return;
        }
        if byte == b'\r' {
            self.paired_line_feed_at = Some(offset + 1);
        }
        self.number += 1;
    }

    /// Counts through bytes that start at an offset of the file.
    pub(super) fn pass(&mut self, bytes: &[u8], offset: u64) {
        for index in memchr2_iter(b'\r', b'\n', bytes) {
            self.end_at(bytes[index], offset + index as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once_wherever_the_chunks_are_cut() {
        for (text, lines) in
            [("", 1), ("a", 1), ("a\nb", 2), ("a\r\nb\r\n", 3), ("a\rb\rc", 3), ("\n\n\n", 4), ("\r\r\n\n\r", 5), ("\n\r", 3)]
        {
            for cut in 0..=text.len() {
                let (before, after) = text.as_bytes().split_at(cut);
                let mut counted = Lines::new();
                counted.pass(before, 0);
                counted.pass(after, cut as u64);
                assert_eq!(counted.number(), lines, "{text:?} cut at {cut}");
            }
        }
    }
}
