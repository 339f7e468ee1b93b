//! The federal register of reference data (ЕСНСИ): its XML in both generations, its CSV, its updates, and a linter that names what it
//! would refuse. Facts come from the recommendations of 2015 and the published schemas of `urn://x-artefacts-nsi-gov-ru/services/cnsi/2.0.0.0`.
//! Deliberately unknown: how files are sent, and who may send them.

mod columns;
mod csv_writer;
mod lint;
mod records;
mod structure;
mod table;
mod update;
mod writer;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use crate::domain::digest::hex;

pub use csv_writer::csv_writer;
pub use lint::{Linter, Refusal, Target, lint, lint_dictionary};
pub use table::open;
pub use update::{Change, UpdateForm, UpdateWriter, update_writer};
pub use writer::writer;

/// Of files of classifiers; both generations share it.
const DOCUMENT_NAMESPACE: &str = "urn://x-artefacts-nsi-gov-ru/services/cnsi/2.0.0.0";

/// Of what is attached to a request for an update in СМЭВ.
const UPDATE_NAMESPACE: &str = "urn://x-artefacts-smev-gov-ru/esnsi/smev-integration/update/2.0.0";

/// The attribute by which the register knows a record: `<code of the classifier>_<code of the item>`.
pub(super) const AUTOKEY: &str = "autokey";

/// The column that says what becomes of a record.
const ACTION: &str = "action";

/// The longest reference, and the longest identifier.
const REFERENCE_LENGTH_MAX: usize = 36;

/// Which of the two schemas of one namespace a file follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Generation {
    /// As printed in the recommendations of 2015.
    Old,
    #[default]
    New,
}

impl Generation {
    /// The longest value of a string attribute, in characters.
    fn string_length_max(self) -> usize {
        match self {
            Generation::Old => 255,
            Generation::New => 10_000_000,
        }
    }
}

/// The identifier of a classifier, an attribute or a record, the same in every export: a UUID of version 8 (RFC 9562), made of the
/// SHA-256 of what it identifies.
fn uid(dictionary: &str, kind: &str, name: &str) -> String {
    let mut hash = Sha256::new();
    for part in ["svod esnsi", dictionary, kind, name] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut digest: [u8; 32] = hash.finalize().into();
    digest[6] = (digest[6] & 0x0F) | 0x80;
    digest[8] = (digest[8] & 0x3F) | 0x80;
    let digits = hex(&digest);
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..32])
}

fn classifier_uid(dictionary: &str) -> String {
    uid(dictionary, "classifier", "")
}

fn attribute_uid(dictionary: &str, column: &str) -> String {
    uid(dictionary, "attribute", column)
}

/// The register writes codes in capitals.
fn classifier_code(dictionary: &str) -> String {
    dictionary.to_ascii_uppercase()
}
