//! Looking at a file before it is imported: nothing is kept, and nothing is compared with what is published. The console asks this
//! while somebody decides what each column means.

use std::io::{self, Cursor, Read as _};
use std::sync::Arc;

use super::super::change_request::{ChangeRequests, Destination};
use super::{ImportLimits, ImportOptions, Source, in_file};
use crate::app::acting::Caller;
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;
use crate::exchange::gzip;
use crate::exchange::item_rows::refusal;
use crate::exchange::item_survey::{FileSurvey, survey};
use crate::exchange::table::Input;

/// The beginning of a file, or all of it.
pub struct Sample {
    pub file_name: String,
    pub bytes: Vec<u8>,
    /// The file goes on behind these bytes.
    pub is_partial: bool,
}

impl ChangeRequests {
    /// What a file would be taken for. Refuses whoever may not import, and a file of which nothing can be read.
    pub fn inspect_file(
        &self,
        caller: &Caller,
        code: &DictionaryCode,
        sample: Sample,
        options: &ImportOptions,
        limits: &ImportLimits,
    ) -> Result<FileSurvey> {
        self.check_may_import(caller, code, Destination::Draft)?;
        let options = self.with_saved_mapping(code, options)?;
        let head = self.fresh_head()?;
        let unknown = || Error::not_found(format!("there is no dictionary {code}"));
        let dictionary = &head.dictionaries.get(code).ok_or_else(unknown)?.current.dictionary;
        if sample.bytes.is_empty() {
            return Err(Error::refused("file_empty", "the file is empty"));
        }
        let bytes = unpacked(sample.bytes, sample.is_partial, limits.file.document_bytes_max)?;
        let open = || -> io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(Arc::clone(&bytes)))) };
        let source = Source { name: &sample.file_name, open: &open };
        let (format, because) = source.format(dictionary, &options)?;
        let opened = format.open(&open, &options.csv, &limits.file);
        let table = opened.map_err(|error| in_file(refusal(dictionary, &error), &sample.file_name))?;
        let surveyed = survey(table, dictionary, &options.read, sample.is_partial);
        let mut surveyed = surveyed.map_err(|error| in_file(error, &sample.file_name))?;
        surveyed.violations.annotate(|violation| violation.file = Some(sample.file_name.clone()));
        surveyed.evidence.insert(0, ("format".to_owned(), format!("{} ({because})", format.name())));
        Ok(surveyed)
    }
}

/// A packed file as what it holds, as far as that is bounded.
pub(in crate::app) fn unpacked(bytes: Vec<u8>, is_partial: bool, bytes_max: u64) -> Result<Arc<[u8]>> {
    if !bytes.starts_with(gzip::MAGIC) {
        return Ok(bytes.into());
    }
    let mut plain = Vec::new();
    match gzip::unpacked(bytes.as_slice(), bytes_max).read_to_end(&mut plain) {
        Err(error) if !is_partial => Err(Error::refused("file_damaged", error.to_string())),
        _ => Ok(plain.into()),
    }
}
