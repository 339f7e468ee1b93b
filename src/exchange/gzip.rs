//! Unpacks gzip as it is read, up to a number of bytes: what unpacks to more, ends too early or goes on too long is refused in words.
//! Deliberately unknown: what is inside, and where it goes.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::csv::grouped;

/// What every member of a gzip file begins with.
pub const MAGIC: &[u8] = b"\x1F\x8B";

/// Reads what a gzip file holds. All its members count, one after another, as `gzip -d` has it. Refusals are errors of the kind
/// `InvalidData` with a sentence for the person who sent the file.
pub fn unpacked<R: Read>(input: R, unpacked_bytes_max: u64) -> impl Read {
    Unpacked { member: Some(GzDecoder::new(BufReader::new(input))), bytes: 0, bytes_max: unpacked_bytes_max }
}

struct Unpacked<R> {
    /// The member that is being read; `None` at the end, and after an error.
    member: Option<GzDecoder<BufReader<R>>>,
    bytes: u64,
    bytes_max: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(mut member) = self.member.take() {
            let bytes = member.read(buffer).map_err(|error| told(&error))?;
            if bytes > 0 {
                self.bytes += bytes as u64;
                if self.bytes > self.bytes_max {
                    return Err(refused(format!(
                        "the gzip archive unpacks to more than {} bytes, which is the limit: send the file in parts",
                        grouped(self.bytes_max)
                    )));
                }
                self.member = Some(member);
                return Ok(bytes);
            }
            self.member = next_member(member.into_inner())?;
        }
        Ok(0)
    }
}

/// What follows a member: another one, or the end.
fn next_member<R: Read>(mut rest: BufReader<R>) -> io::Result<Option<GzDecoder<BufReader<R>>>> {
    let following = rest.fill_buf()?;
    if following.is_empty() {
        return Ok(None);
    }
    if following[0] != MAGIC[0] {
        return Err(refused("something follows the end of the gzip archive: it is damaged, pack it anew or send the file unpacked"));
    }
    Ok(Some(GzDecoder::new(rest)))
}

/// The decoder's errors in words; errors of whoever gives the bytes stay as they are.
fn told(error: &io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => refused("the gzip archive ends in the middle: send it again, it was cut off"),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            refused(format!("the gzip archive is damaged ({error}): pack it anew or send the file unpacked"))
        }
        kind => io::Error::new(kind, error.to_string()),
    }
}

fn refused(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(packed: &[u8], bytes_max: u64) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        unpacked(packed, bytes_max).read_to_end(&mut bytes).map(|_| bytes).map_err(|error| error.to_string())
    }

    #[test]
    fn what_was_packed_comes_back_member_by_member() {
        let both = [packed(b"one "), packed(b""), packed(b"two")].concat();
        assert_eq!(read(&both, 7), Ok(b"one two".to_vec()));
    }

    #[test]
    fn a_bomb_is_refused_when_it_has_burst_its_limit() {
        let bomb = packed(&vec![b'0'; 10_000_000]);
        let mut unpacking = unpacked(bomb.as_slice(), 1_000_000);
        let mut seen = 0;
        let mut buffer = [0; 8192];
        let error = loop {
            match unpacking.read(&mut buffer) {
                Ok(bytes) => seen += bytes,
                Err(error) => break error,
            }
        };
        assert_eq!(error.to_string(), "the gzip archive unpacks to more than 1,000,000 bytes, which is the limit: send the file in parts");
        assert!(seen <= 1_000_000, "{seen}");
        assert_eq!(unpacking.read(&mut buffer).unwrap(), 0, "after an error it is at its end");
        let members: Vec<u8> = std::iter::repeat_n(packed(&[b'0'; 1000]), 11).flatten().collect();
        assert!(read(&members, 10_000).is_err(), "members count together");
        assert_eq!(read(&packed(b"four"), 4), Ok(b"four".to_vec()));
    }

    #[test]
    fn damage_is_told() {
        let whole = packed("код;имя\n".repeat(1000).as_bytes());
        assert_eq!(
            read(&whole[..whole.len() - 9], u64::MAX).unwrap_err(),
            "the gzip archive ends in the middle: send it again, it was cut off"
        );
        assert_eq!(read(&whole[..5], u64::MAX).unwrap_err(), "the gzip archive ends in the middle: send it again, it was cut off");
        let trailing = [whole.as_slice(), b"trailing"].concat();
        assert!(read(&trailing, u64::MAX).unwrap_err().starts_with("something follows the end of the gzip archive"));
        let mut changed = whole.clone();
        let checksum_at = whole.len() - 8;
        changed[checksum_at] ^= 1;
        assert!(read(&changed, u64::MAX).unwrap_err().starts_with("the gzip archive is damaged ("));
        assert!(read(b"code,name\n", u64::MAX).unwrap_err().starts_with("the gzip archive is damaged ("));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_any_come_back(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0usize..300, flip in 1u8..) {
            let mut packed = packed(&bytes);
            prop_assert_eq!(read(&packed, u64::MAX), Ok(bytes));
            let at = at % packed.len();
            packed[at] ^= flip;
            let _ = read(&packed, 1000);
        }
    }
}
