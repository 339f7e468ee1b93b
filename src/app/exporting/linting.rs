//! What the receiver of an export would refuse, told before anything is sent: by the rules of ЕСНСИ, and by what a projection says of
//! its columns. Deliberately unknown: what is done about it.

use std::io;

use super::{Export, Kind, State, each_change};
use crate::domain::projection::{Finding, Projector};
use crate::exchange::esnsi::{self, Target};
use crate::exchange::format::Format;
use crate::exchange::projection_file::{self, Findings};

impl Export {
    /// Everything that the receiver would refuse. Of a format that has no receiver of its own, the first thing that it cannot hold.
    pub fn lint(&self) -> io::Result<Findings> {
        let generation = self.options.esnsi_generation;
        match &self.kind {
            Kind::Projection(at, _) => self.lint_projection(*at),
            Kind::Format(Format::EsnsiXml) => self.lint_esnsi(Target::Xml(generation)),
            Kind::Format(Format::EsnsiCsv) => self.lint_esnsi(Target::Csv(generation)),
            Kind::EsnsiUpdate { .. } => self.lint_esnsi(Target::Xml(generation)),
            Kind::Format(_) => {
                let mut findings = Findings::default();
                match self.write(Box::new(io::sink()), &|_, _| {}) {
                    Ok(count) => findings.rows_count = count,
                    Err(error) if error.kind() == io::ErrorKind::InvalidData => findings.push(first_of_all(&error)),
                    Err(error) => return Err(error),
                }
                Ok(findings)
            }
        }
    }

    fn lint_projection(&self, at: usize) -> io::Result<Findings> {
        let Kind::Projection(_, targets) = &self.kind else { return Ok(Findings::default()) };
        let dictionary = &*self.snapshot.dictionary;
        let projection = &dictionary.projections[at];
        let find = self.find(targets);
        let projector = Projector::new(projection, dictionary, self.head.edition, self.valid_on, Box::new(find));
        let mut linter = projection_file::Linter::new(&projector, &projection.definition);
        self.each(|version, _| {
            linter.item(version);
            Ok(())
        })?;
        Ok(linter.finish())
    }

    fn lint_esnsi(&self, target: Target) -> io::Result<Findings> {
        let dictionary = &*self.snapshot.dictionary;
        let mut findings = Findings::default();
        let found = |refusal: esnsi::Refusal| Finding {
            item: refusal.item.to_string(),
            column: refusal.attribute,
            code: refusal.code,
            message: refusal.message,
        };
        esnsi::lint_dictionary(dictionary).into_iter().for_each(|refusal| findings.push(found(refusal)));
        let mut linter = esnsi::Linter::new(dictionary, target);
        let mut look = |version| {
            findings.rows_count += 1;
            linter.lint(version).into_iter().for_each(|refusal| findings.push(found(refusal)));
            Ok(())
        };
        match &self.kind {
            Kind::EsnsiUpdate { before, valid_on } => {
                let from = State { snapshot: before.as_deref(), valid_on: *valid_on };
                // What is removed was taken once.
                each_change(from, self.state(), |change, version| if change == esnsi::Change::Remove { Ok(()) } else { look(version) })?;
            }
            _ => self.each(|version, _| look(version))?,
        }
        Ok(findings)
    }
}

/// A writer stops at the first thing that it cannot write, and names its item itself.
fn first_of_all(error: &io::Error) -> Finding {
    Finding { item: String::new(), column: String::new(), code: "format", message: error.to_string() }
}
