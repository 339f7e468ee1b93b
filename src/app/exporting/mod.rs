//! Exports: what a caller may read of one dictionary, at any point of both times, as a file of any format or projection. Everything
//! that can be refused is refused before the first byte; the writing itself streams from one consistent edition.
//! Deliberately unknown: where the bytes go.

mod filter;
mod linting;
mod request;
mod update;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::reading::{Reader, Reading};
use crate::catalog::selection_predicate::Predicate;
use crate::catalog::selection_walk::{Walk, WalkedVersions};
use crate::catalog::{DictionarySnapshot, Interrupted};
use crate::domain::account::{Authority, Scope};
use crate::domain::error::{Error, Result};
use crate::domain::item::ItemVersion;
use crate::domain::projection::definition::ProjectedVersions;
use crate::domain::projection::{Found, Projection, Projector};
use crate::domain::text::DictionaryCode;
use crate::domain::validity::Date;
use crate::exchange::csv::{Encoding, Separator};
use crate::exchange::esnsi::{self, UpdateForm};
use crate::exchange::format::Format;
use crate::exchange::projection_file::{self, ProjectionFile};
use crate::exchange::writing::{self, ExportHead, ItemWriter, LineEnd, WriteOptions};

pub use request::{ESNSI_UPDATE, ExportRequest, PARAMETERS, Parameter, Target};
pub use update::{ItemChange, State, each_change};

/// What stands before the codes of concepts where nobody says otherwise.
const BASE_URI: &str = "urn:svod:";

/// The formats that can be exported, by name, with their media types.
pub fn formats() -> impl Iterator<Item = (&'static str, &'static str)> {
    Format::ALL.into_iter().map(|format| (format.name(), format.media_type()))
}

/// Exports for the whole service. Cheap to clone.
#[derive(Clone)]
pub struct Exporting {
    reading: Reading,
    /// Where formats that cannot be written from beginning to end keep what they have so far.
    scratch_folder: PathBuf,
}

/// An export that can be written: everything was found and may be read.
pub struct Export {
    snapshot: Arc<DictionarySnapshot>,
    head: ExportHead,
    valid_on: Date,
    predicate: Option<Predicate>,
    versions: WalkedVersions,
    kind: Kind,
    options: WriteOptions,
    update_form: UpdateForm,
    substitute: Option<String>,
    name: String,
    entity_tag: String,
}

/// What is written, with what it takes.
enum Kind {
    Format(Format),
    /// The position of the projection in the dictionary, and the dictionaries that it reads.
    Projection(usize, BTreeMap<DictionaryCode, Arc<DictionarySnapshot>>),
    /// The state that the receiver has; nothing where it has none yet.
    EsnsiUpdate {
        before: Option<Arc<DictionarySnapshot>>,
        valid_on: Date,
    },
}

/// Told how far the writing is: versions passed, versions in all.
pub type Progress<'a> = &'a dyn Fn(u64, u64);

impl Exporting {
    pub fn new(reading: Reading, scratch_folder: PathBuf) -> Self {
        Self { reading, scratch_folder }
    }

    /// Finds everything that an export needs. What the caller may not see is not found.
    pub fn prepare(&self, authority: &Authority, dictionary: &str, request: &ExportRequest) -> Result<Export> {
        let reader = self.reading.reader();
        let code = DictionaryCode::parse(dictionary).filter(|code| may_read(&reader, authority, code));
        let code = code.ok_or_else(|| Error::not_found(format!("there is no dictionary `{dictionary}`")))?;
        let newest = request.to.filter(|_| request.target == Target::EsnsiUpdate);
        let knowledge = match newest {
            Some(_) if request.knowledge != Default::default() => {
                return Err(Error::refused("publication_ambiguous", "give `to` or `publication`, not both"));
            }
            Some(to) => super::reading::Knowledge { publication: Some(to), known_at: None },
            None => request.knowledge,
        };
        let publication = reader.publication(knowledge, reader.head.seq())?;
        let snapshot = reader.dictionary(&code, publication)?.ok_or_else(|| not_yet(&code, publication))?;
        let valid_on = request.valid_on.unwrap_or_else(|| reader.today());
        request.check()?;
        let (kind, versions) = self.kind(&reader, authority, request, &snapshot, publication, valid_on)?;
        let predicate = filter::read(&request.filters, &snapshot.dictionary)?;
        let published =
            reader.head.publication(publication).ok_or_else(|| Error::internal(format!("there is no publication {publication}")))?;
        let head = ExportHead {
            publication,
            published_at: published.published_at,
            edition: snapshot.edition.number,
            valid_on: (versions != WalkedVersions::All).then_some(valid_on),
        };
        let options = self.options(request);
        let name = file_name(&snapshot, &kind, &head);
        let entity_tag = entity_tag(&code, &head, valid_on, request);
        let (substitute, update_form) = (request.look.substitute.clone(), request.look.update_form.unwrap_or_default());
        Ok(Export { snapshot, head, valid_on, predicate, versions, kind, options, update_form, substitute, name, entity_tag })
    }

    fn kind(
        &self,
        reader: &Reader,
        authority: &Authority,
        request: &ExportRequest,
        snapshot: &DictionarySnapshot,
        publication: i64,
        valid_on: Date,
    ) -> Result<(Kind, WalkedVersions)> {
        let wanted = if request.all_versions { WalkedVersions::All } else { WalkedVersions::Valid };
        match &request.target {
            Target::Format(format) => Ok((Kind::Format(*format), wanted)),
            Target::Projection(code) => {
                let dictionary = &snapshot.dictionary;
                let at = dictionary.projections.iter().position(|projection| projection.definition.code == *code);
                let at = at.ok_or_else(|| unknown_projection(snapshot, code))?;
                let projection = &dictionary.projections[at];
                let targets = self.targets(reader, authority, projection, publication)?;
                let versions = match projection.definition.versions {
                    _ if request.all_versions => WalkedVersions::All,
                    ProjectedVersions::Valid => WalkedVersions::Valid,
                    ProjectedVersions::Latest => WalkedVersions::Latest,
                    ProjectedVersions::All => WalkedVersions::All,
                };
                if let Some(substitute) = &request.look.substitute {
                    projection_file::check_encoding(substitute, projection.definition.encoding).map_err(|character| {
                        let encoding = projection_file::encoding_name(projection.definition.encoding);
                        Error::refused("option_invalid", format!("`substitute`: {character:?} is not in {encoding} either"))
                    })?;
                }
                Ok((Kind::Projection(at, targets), versions))
            }
            Target::EsnsiUpdate => {
                let from = request.from.ok_or_else(|| {
                    Error::refused("option_invalid", "an update needs `from`: the publication that the receiver has; 0 when it has none")
                })?;
                if from > publication {
                    return Err(Error::refused(
                        "option_invalid",
                        format!("an update leads forward: `from` {from} is after `to` {publication}"),
                    ));
                }
                let from = reader.publication(super::reading::Knowledge { publication: Some(from), known_at: None }, 0)?;
                let before = reader.dictionary(&snapshot.dictionary.code, from)?;
                Ok((Kind::EsnsiUpdate { before, valid_on: request.from_valid_on.unwrap_or(valid_on) }, WalkedVersions::Valid))
            }
        }
    }

    /// The dictionaries that a projection reads besides its own, as they were known at the publication.
    fn targets(
        &self,
        reader: &Reader,
        authority: &Authority,
        projection: &Projection,
        publication: i64,
    ) -> Result<BTreeMap<DictionaryCode, Arc<DictionarySnapshot>>> {
        let code = &projection.definition.code;
        let mut targets = BTreeMap::new();
        for target in projection.target_codes() {
            let found = may_read(reader, authority, target).then(|| reader.dictionary(target, publication)).transpose()?.flatten();
            // What one may not see is not told by its name.
            let snapshot = found.ok_or_else(|| {
                Error::not_found(format!("the projection `{code}` reads another dictionary that is not there: ask its owner for the file"))
            })?;
            if let Some(problem) = projection.check_target(&snapshot.dictionary).into_iter().next() {
                return Err(Error::refused(
                    "projection_invalid",
                    format!("{problem}: the owner of the dictionary must mend the projection"),
                ));
            }
            targets.insert(target.clone(), snapshot);
        }
        Ok(targets)
    }

    fn options(&self, request: &ExportRequest) -> WriteOptions {
        let look = &request.look;
        let is_esnsi = request.target == Target::Format(Format::EsnsiCsv);
        let (encoding, separator) =
            if is_esnsi { (Encoding::Windows1251, Separator::Semicolon) } else { (Encoding::Utf8, Separator::Comma) };
        WriteOptions {
            encoding: look.encoding.unwrap_or(encoding),
            has_mark: look.has_mark.unwrap_or(false),
            separator: look.separator.unwrap_or(separator),
            line_end: look.line_end.unwrap_or(LineEnd::Lf),
            has_header: look.has_header.unwrap_or(true),
            neutralises_formulas: look.neutralises_formulas.unwrap_or(!is_esnsi),
            esnsi_generation: look.esnsi_generation.unwrap_or_default(),
            base_uri: look.base_uri.clone().unwrap_or_else(|| BASE_URI.to_owned()),
            scratch_folder: self.scratch_folder.clone(),
        }
    }
}

fn may_read(reader: &Reader, authority: &Authority, code: &DictionaryCode) -> bool {
    let access = reader.head.dictionaries.get(code).map(|resident| resident.current.dictionary.definition.passport.access);
    authority.reaches(Scope::Read) && access.is_some_and(|access| authority.may_read(code, access))
}

fn not_yet(code: &DictionaryCode, publication: i64) -> Error {
    Error::not_found(format!("the dictionary {code} was not published yet at publication {publication}"))
}

fn unknown_projection(snapshot: &DictionarySnapshot, code: &str) -> Error {
    let dictionary = &snapshot.dictionary;
    let known: Vec<&str> = dictionary.projections.iter().map(|projection| projection.definition.code.as_str()).collect();
    let known = if known.is_empty() { "it has none".to_owned() } else { format!("there are {}", known.join(", ")) };
    Error::not_found(format!("the dictionary {} has no projection `{code}`: {known}", dictionary.code))
}

fn file_name(snapshot: &DictionarySnapshot, kind: &Kind, head: &ExportHead) -> String {
    let code = &snapshot.dictionary.code;
    let date = head.valid_on.map_or_else(|| "all".to_owned(), |date| date.to_string());
    let (what, extension) = match kind {
        Kind::Format(Format::EsnsiCsv | Format::EsnsiXml) => ("_esnsi".to_owned(), format_extension(kind)),
        Kind::Format(_) => (String::new(), format_extension(kind)),
        Kind::Projection(at, _) => (format!("_{}", snapshot.dictionary.projections[*at].definition.code), "csv"),
        Kind::EsnsiUpdate { .. } => ("_esnsi-update".to_owned(), "xml"),
    };
    format!("{code}{what}_{date}_p{}.{extension}", head.publication)
}

fn format_extension(kind: &Kind) -> &'static str {
    match kind {
        Kind::Format(format) => format.extension(),
        Kind::Projection(..) => "csv",
        Kind::EsnsiUpdate { .. } => "xml",
    }
}

/// Names the bytes of a file: the same publication, date and words, written by the same version of the service, give the same.
fn entity_tag(code: &DictionaryCode, head: &ExportHead, valid_on: Date, request: &ExportRequest) -> String {
    const TAG_BYTES: usize = 16;
    let named = format!("{} {code} {} {valid_on} {:?} {:?}", env!("CARGO_PKG_VERSION"), head.publication, request.target, request.given());
    Sha256::digest(named).iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

impl Export {
    /// What the file is to be called.
    pub fn file_name(&self) -> &str {
        &self.name
    }

    /// The entity tag, without its quotes.
    pub fn entity_tag(&self) -> &str {
        &self.entity_tag
    }

    pub fn media_type(&self) -> String {
        match &self.kind {
            Kind::Format(Format::Csv) => format!("text/csv; charset={}", self.options.encoding.name()),
            Kind::Format(format) => format.media_type().to_owned(),
            Kind::Projection(at, _) => {
                let encoding = self.snapshot.dictionary.projections[*at].definition.encoding;
                format!("text/csv; charset={}", projection_file::encoding_name(encoding))
            }
            Kind::EsnsiUpdate { .. } => "application/xml".to_owned(),
        }
    }

    pub fn head(&self) -> &ExportHead {
        &self.head
    }

    /// Writes the file; gives how many versions of items went into it. What a format or a receiver cannot have is an error of kind
    /// `InvalidData`; the file is not whole then.
    pub fn write<'a>(&'a self, mut out: Box<dyn Write + 'a>, progress: Progress<'_>) -> io::Result<u64> {
        let written = self.write_into(Box::new(&mut *out), progress)?;
        // Whatever the writer of a format left in a buffer belongs to the file, and a disk may be full only then.
        out.flush()?;
        Ok(written)
    }

    fn write_into<'a>(&'a self, out: Box<dyn Write + 'a>, progress: Progress<'_>) -> io::Result<u64> {
        let dictionary = &*self.snapshot.dictionary;
        match &self.kind {
            Kind::Format(format) => {
                let mut writer = writing::writer(*format, dictionary, &self.head, &self.options, out)?;
                self.write_items(&mut *writer, progress)
            }
            Kind::Projection(at, targets) => {
                let projection = &dictionary.projections[*at];
                let find = self.find(targets);
                let projector = Projector::new(projection, dictionary, self.head.edition, self.valid_on, Box::new(find));
                let mut file = ProjectionFile::new(projector, &projection.definition, self.substitute.as_deref(), out);
                file.begin()?;
                self.write_items(&mut file, progress)
            }
            Kind::EsnsiUpdate { before, valid_on } => {
                let mut written = 0;
                let mut writer = esnsi::update_writer(dictionary, &self.head, &self.options, self.update_form, out)?;
                let from = State { snapshot: before.as_deref(), valid_on: *valid_on };
                each_change(from, self.state(), |change, version| {
                    written += 1;
                    writer.write(change, version)
                })?;
                writer.finish()?;
                Ok(written)
            }
        }
    }

    fn write_items(&self, writer: &mut dyn ItemWriter, progress: Progress<'_>) -> io::Result<u64> {
        const TELL_EVERY: u64 = 1_024;
        let total = self.snapshot.items.versions().len() as u64;
        let mut written = 0;
        self.each(|version, passed| {
            writer.write(version)?;
            written += 1;
            if written % TELL_EVERY == 0 {
                progress(passed, total);
            }
            Ok(())
        })?;
        writer.finish()?;
        progress(total, total);
        Ok(written)
    }

    /// What is written, as the state that the receiver of an update is to have.
    fn state(&self) -> State<'_> {
        State { snapshot: Some(&self.snapshot), valid_on: self.valid_on }
    }

    fn each<'s>(&'s self, take: impl FnMut(&'s Arc<ItemVersion>, u64) -> io::Result<()>) -> io::Result<()> {
        let walk = Walk { snapshot: &self.snapshot, predicate: self.predicate.as_ref(), valid_on: self.valid_on, versions: self.versions };
        // Whoever has gone is noticed by the writing.
        walk.each(&|| true, take)
    }

    /// Looks items up for a projection: in its own dictionary and in those that it reads.
    fn find<'s>(
        &'s self,
        targets: &'s BTreeMap<DictionaryCode, Arc<DictionarySnapshot>>,
    ) -> impl Fn(&DictionaryCode, &str, Date) -> Option<Found<'s>> {
        move |code, item, on| {
            let snapshot = if *code == self.snapshot.dictionary.code { &self.snapshot } else { targets.get(code)? };
            let position = snapshot.position_at(item, on)?;
            Some(Found { dictionary: &snapshot.dictionary, version: snapshot.version(position) })
        }
    }
}

impl From<Interrupted> for io::Error {
    fn from(_: Interrupted) -> Self {
        io::Error::other("the walk was interrupted")
    }
}

/// An error of writing as whoever asked is told of it.
pub fn told(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidData => Error::refused("export_refused", error.to_string()),
        io::ErrorKind::Unsupported => Error::refused("format_unsupported", format!("this format cannot be exported: {error}")),
        _ => Error::Operator(format!("the file could not be written: {error}")),
    }
}
