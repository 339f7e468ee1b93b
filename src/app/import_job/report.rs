//! What there is to say of a job that is over: what was found out about its file, what it came to, and what was refused.

use serde::{Deserialize, Serialize};

use super::super::import::{Imported, REJECTED_TOO_MANY};
use crate::domain::error::Error;
use crate::domain::violation::Violations;
use crate::exchange::item_columns::MappedColumn;

/// How many reasons a report tells; the file of rejected rows has all.
const REASONS_MAX: usize = 200;

/// Kept with the job as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportReport {
    /// Each with its evidence: encoding, separator, header and so on.
    pub evidence: Vec<(String, String)>,
    pub columns: Vec<MappedColumn>,
    pub rows: u64,
    pub skipped: u64,
    pub added: i64,
    pub changed: i64,
    pub retired: i64,
    pub unchanged: i64,
    pub rejected: usize,
    /// The first of the reasons, each with its line.
    pub reasons: Vec<String>,
    /// How many reasons there are besides.
    pub reasons_omitted: usize,
    /// Why the file as a whole was refused: a machine-readable code and a sentence. Blank when it was not.
    pub error_code: String,
    pub error: String,
}

impl ImportReport {
    pub fn of(imported: &Imported) -> Self {
        let mut report = Self {
            evidence: imported.evidence.clone(),
            columns: imported.columns.clone(),
            rows: imported.rows_count,
            skipped: imported.skipped_count,
            added: imported.counts.added,
            changed: imported.counts.changed,
            retired: imported.counts.retired,
            unchanged: imported.unchanged_count,
            rejected: imported.rejected_count,
            ..Self::default()
        };
        if let Some(rejections) = &imported.rejections {
            report.tell(rejections);
        }
        report
    }

    pub fn of_refusal(error: &Error) -> Self {
        let mut report = Self { error_code: error.code().to_owned(), ..Self::default() };
        match error {
            Error::Invalid(violations) => {
                report.error = match violations.kept() {
                    [first, ..] if first.code == REJECTED_TOO_MANY => format!("the file was refused: {}", first.message),
                    _ => format!("the file was refused, for {} reason(s)", violations.total()),
                };
                report.tell(violations);
            }
            Error::Internal(_) => "internal error; the log of the service has the rest".clone_into(&mut report.error),
            other => report.error = other.to_string(),
        }
        report
    }

    fn tell(&mut self, violations: &Violations) {
        self.reasons = violations.kept().iter().take(REASONS_MAX).map(ToString::to_string).collect();
        self.reasons_omitted = violations.total() - self.reasons.len();
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What `to_json` wrote.
    pub fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }
}
