//! `svod export`: one dictionary into one file, of a format or of a projection. The file appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::writing_progress::WritingProgress;
use super::{operator, svod_settings};
use crate::app::exporting::{Export, ExportRequest, Exporting, Target, told};
use crate::app::svod::Svod;
use crate::config::{DatabaseSettings, ExportSettings};
use crate::domain::error::{Error, Result};

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Code of the dictionary, such as offices
    dictionary: String,
    /// Format: csv, xlsx, json, ndjson, esnsi-xml, esnsi-csv, genericode, skos, fhir, sdmx, data-package or esnsi-update
    #[arg(long, value_name = "FORMAT", default_value = "csv", conflicts_with = "projection")]
    format: String,
    /// Projection of the dictionary, instead of a format
    #[arg(long, value_name = "CODE")]
    projection: Option<String>,
    /// File to write; - is standard output [default: a name made of dictionary, date and publication, in this folder]
    #[arg(long, short, value_name = "FILE|-")]
    output: Option<PathBuf>,
    /// Only list what the receiver would refuse, and fail when there is anything
    #[arg(long, conflicts_with = "output")]
    lint: bool,
    /// Date on which the items are valid [default: today]
    #[arg(long, value_name = "DATE")]
    valid_on: Option<String>,
    /// What was known at this publication [default: the latest]
    #[arg(long, value_name = "NUMBER")]
    publication: Option<String>,
    /// What was known at this instant, as 2026-11-25T12:00:00Z
    #[arg(long, value_name = "INSTANT")]
    known_at: Option<String>,
    /// All versions of the items, whenever they are valid
    #[arg(long)]
    all_versions: bool,
    /// Only items like attribute=value, attribute^=beginning, code=1|2, parent=CODE, under=CODE; several must all hold
    #[arg(long = "filter", value_name = "FILTER")]
    filters: Vec<String>,
    /// Of esnsi-update: the publication that the receiver has; 0 when it has none
    #[arg(long, value_name = "NUMBER")]
    from: Option<String>,
    /// Of esnsi-update: the publication that the receiver is to have [default: the latest]
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// Of esnsi-update: the date on which the receiver's items were valid [default: that of --valid-on]
    #[arg(long, value_name = "DATE")]
    from_valid_on: Option<String>,
    #[command(flatten)]
    look: LookArguments,
    #[command(flatten)]
    export: ExportSettings,
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// How the file looks.
#[derive(Debug, Args)]
struct LookArguments {
    /// Encoding of a CSV: utf-8 or windows-1251
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<String>,
    /// Begin a CSV in UTF-8 with a byte-order mark, by which spreadsheets know it
    #[arg(long)]
    mark: bool,
    /// Separator of a CSV: `,` `;` `|` or tab
    #[arg(long, value_name = "SEPARATOR")]
    separator: Option<String>,
    /// End the lines of a CSV by CR and LF
    #[arg(long)]
    crlf: bool,
    /// Leave out the names of the columns
    #[arg(long)]
    no_header: bool,
    /// Write texts that a spreadsheet would take for formulas as they are
    #[arg(long)]
    no_neutralise: bool,
    /// Of esnsi-xml and esnsi-update: new, or old as of 2015
    #[arg(long, value_name = "GENERATION")]
    generation: Option<String>,
    /// Of esnsi-update: document, or what is attached to a request: update-attachment or delete-attachment
    #[arg(long, value_name = "FORM")]
    form: Option<String>,
    /// Of skos, fhir and genericode: where the concepts live
    #[arg(long, value_name = "URI")]
    base_uri: Option<String>,
    /// Of projections: what is written for a character that the encoding does not have
    #[arg(long, value_name = "TEXT")]
    substitute: Option<String>,
}

impl ExportArguments {
    fn request(&self) -> Result<ExportRequest> {
        let mut request = match &self.projection {
            Some(code) => ExportRequest::new(Target::Projection(code.clone())),
            None => ExportRequest::of_format(&self.format)?,
        };
        let flag = |is_set: bool, word: &str| is_set.then(|| word.to_owned());
        let look = &self.look;
        let said = [
            ("valid_on", self.valid_on.clone()),
            ("publication", self.publication.clone()),
            ("known_at", self.known_at.clone()),
            ("all_versions", flag(self.all_versions, "true")),
            ("from", self.from.clone()),
            ("to", self.to.clone()),
            ("from_valid_on", self.from_valid_on.clone()),
            ("encoding", look.encoding.clone()),
            ("mark", flag(look.mark, "true")),
            ("separator", look.separator.clone()),
            ("line_end", flag(look.crlf, "crlf")),
            ("header", flag(look.no_header, "false")),
            ("neutralise", flag(look.no_neutralise, "false")),
            ("generation", look.generation.clone()),
            ("form", look.form.clone()),
            ("base_uri", look.base_uri.clone()),
            ("substitute", look.substitute.clone()),
        ];
        for (name, value) in said {
            value.map_or(Ok(()), |value| request.set(name, &value))?;
        }
        self.filters.iter().try_for_each(|filter| request.set("filter", filter))?;
        Ok(request)
    }
}

pub fn export(arguments: &ExportArguments) -> Result<()> {
    let request = arguments.request()?;
    let svod = Svod::open(svod_settings(&arguments.database))?;
    let exporting = Exporting::new(svod.reading.clone(), arguments.export.scratch_folder());
    let export = exporting.prepare(&operator(&svod)?.authority, &arguments.dictionary, &request)?;
    if arguments.lint {
        return lint(&export);
    }
    let progress = WritingProgress::new(export.file_name());
    let shown = |done, total| progress.show(done, total);
    match &arguments.output {
        Some(path) if path.as_os_str() == "-" => {
            let written = export.write(Box::new(BufWriter::new(io::stdout().lock())), &shown);
            progress.finish();
            match written {
                // Whoever closed the pipe has what they wanted.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                written => written.map(|_| ()).map_err(told),
            }
        }
        named => {
            let path = named.clone().unwrap_or_else(|| PathBuf::from(export.file_name()));
            let written = write_whole(&path, |out| export.write(out, &shown));
            progress.finish();
            let count = written?;
            say!("  {count} versions of items, publication {}, into {}", export.head().publication, path.display());
            Ok(())
        }
    }
}

fn lint(export: &Export) -> Result<()> {
    let findings = export.lint().map_err(told)?;
    for finding in &findings.kept {
        say!("{finding}");
    }
    if findings.total > findings.kept.len() {
        say!("… and {} more", findings.total - findings.kept.len());
    }
    if findings.total == 0 {
        say!("  nothing of it would be refused");
        return Ok(());
    }
    let noun = if findings.total == 1 { "value" } else { "values" };
    Err(Error::refused("export_refused", format!("the receiver would refuse {} {noun} of {} rows", findings.total, findings.rows_count)))
}

/// How much is written to the disk at once.
const BUFFER_BYTES: usize = 1 << 18;

/// A file that is not whole yet; gone with this unless it was kept.
struct Unfinished {
    path: PathBuf,
    is_kept: bool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_kept {
            // There is nobody to tell, and the file says by its name what it is.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Writes a file beside its place and puts it there once it is whole and on the disk: a full disk or a fault leaves what was there.
fn write_whole(path: &Path, write: impl FnOnce(Box<dyn Write + '_>) -> io::Result<u64>) -> Result<u64> {
    let failed = |error: io::Error| Error::Operator(format!("{} could not be written: {error}", path.display()));
    let name = path.file_name().ok_or_else(|| Error::Operator(format!("{} is no name of a file", path.display())))?;
    if path.is_dir() {
        return Err(Error::Operator(format!("{} is a folder: name a file in it", path.display())));
    }
    let told_of = |error: io::Error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::Unsupported => told(error),
        _ => failed(error),
    };
    // A pipe or a device is written to; a file in its place would be something else. A link stays one.
    let there = fs::metadata(path).ok();
    if there.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        let special = fs::OpenOptions::new().write(true).open(path).map_err(failed)?;
        return write(Box::new(BufWriter::with_capacity(BUFFER_BYTES, special))).map_err(told_of);
    }
    let target = if there.is_some() { fs::canonicalize(path).map_err(failed)? } else { path.to_owned() };
    let part_name = format!(".{}.{}.part", name.to_string_lossy(), std::process::id());
    let mut unfinished = Unfinished { path: target.with_file_name(part_name), is_kept: false };
    let file = File::create(&unfinished.path).map_err(failed)?;
    let count = write(Box::new(BufWriter::with_capacity(BUFFER_BYTES, &file))).map_err(told_of)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&unfinished.path, &target).map_err(failed)?;
    unfinished.is_kept = true;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_what_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("offices.csv");
        let names = || fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        let written = write_whole(&path, |mut out| {
            out.write_all(b"first")?;
            out.flush()?;
            Ok(1)
        });
        assert_eq!((written.unwrap(), fs::read_to_string(&path).unwrap().as_str()), (1, "first"));
        let broken = write_whole(&path, |mut out| {
            out.write_all(b"second")?;
            Err(io::Error::new(io::ErrorKind::StorageFull, "no space left"))
        });
        assert!(broken.unwrap_err().to_string().ends_with("offices.csv could not be written: no space left"));
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names().len()), ("first", 1));
        let link = folder.path().join("link.csv");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let through = write_whole(&link, |mut out| out.write_all(b"third").and_then(|()| out.flush()).map(|()| 3));
        assert_eq!((through.unwrap(), fs::read_to_string(&path).unwrap().as_str()), (3, "third"));
        assert!(link.is_symlink());
        let nowhere = Path::new("/dev/null");
        assert_eq!(write_whole(nowhere, |mut out| out.write_all(b"gone").and_then(|()| out.flush()).map(|()| 4)).unwrap(), 4);
        assert!(!fs::metadata(nowhere).unwrap().is_file(), "the device is a device still");
        assert!(write_whole(folder.path(), |_| Ok(0)).unwrap_err().to_string().ends_with("is a folder: name a file in it"));
        assert!(write_whole(&folder.path().join("no/where.csv"), |_| Ok(0)).is_err());
    }
}
