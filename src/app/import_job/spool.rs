//! The spool: the folder in which a node keeps the files of its import jobs, and the rejected rows that came of them.
//! A file is received under a name that says so, and has its own only once it is whole and on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::secrets::Secrets;
use crate::domain::digest::hex;
use crate::domain::error::{Error, Result};
use crate::domain::import_job::JobId;
use crate::exchange::gzip;

/// How many processes of one machine may share a spool folder, each with a folder of its own in it.
const PLACES_MAX: usize = 64;

/// What a folder calls itself: the name of the node in jobs.
const NODE_FILE: &str = "node";
const LOCK_FILE: &str = "lock";
const RECEIVING: &str = "receiving";

#[derive(Debug, Clone)]
pub struct SpoolSettings {
    pub folder: PathBuf,
    /// The longest file that is received.
    pub file_bytes_max: u64,
    /// What a compressed one may unpack to.
    pub unpacked_bytes_max: u64,
}

/// The folder of this process.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    node: String,
    settings: SpoolSettings,
    /// Held as long as the process lives.
    _lock: File,
}

impl Spool {
    /// Takes the first folder that no other process has, and throws away what was being received when the last one ended.
    pub fn open(settings: SpoolSettings, secrets: &Secrets) -> Result<Self> {
        let trouble = |error: io::Error| unusable(&settings.folder, &error);
        for place in 0..PLACES_MAX {
            let folder = settings.folder.join(place.to_string());
            fs::create_dir_all(&folder).map_err(trouble)?;
            let lock = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK_FILE)).map_err(trouble)?;
            if lock.try_lock().is_err() {
                continue;
            }
            let node = node_of(&folder, secrets)?;
            for entry in fs::read_dir(&folder).map_err(trouble)?.flatten() {
                if entry.file_name().to_string_lossy().starts_with(RECEIVING) {
                    fs::remove_file(entry.path()).map_err(trouble)?;
                }
            }
            return Ok(Self { folder, node, settings, _lock: lock });
        }
        Err(Error::Operator(format!("{PLACES_MAX} processes use the folder {} already", settings.folder.display())))
    }

    pub fn node(&self) -> &str {
        &self.node
    }

    /// Begins to receive a file.
    pub fn receive(&self, secrets: &Secrets) -> Result<Receiving> {
        let path = self.folder.join(format!("{RECEIVING}-{}", hex(&secrets.bytes::<32>()?)));
        let file = OpenOptions::new().create_new(true).read(true).write(true).open(&path).map_err(|error| unusable(&path, &error))?;
        Ok(Receiving { path, file: Some(file), digest: Sha256::new(), bytes: 0, settings: self.settings.clone() })
    }

    /// Gives a received file to its job.
    pub fn keep(&self, mut received: Receiving, job: JobId) -> Result<()> {
        let path = self.file(job);
        fs::rename(&received.path, &path).map_err(|error| unusable(&path, &error))?;
        received.file = None;
        Ok(())
    }

    pub fn file(&self, job: JobId) -> PathBuf {
        self.folder.join(format!("{}.file", job.0))
    }

    /// The jobs whose files are here.
    pub fn kept_files(&self) -> Result<Vec<JobId>> {
        let entries = fs::read_dir(&self.folder).map_err(|error| unusable(&self.folder, &error))?;
        let names = entries.flatten().map(|entry| entry.file_name());
        Ok(names.filter_map(|name| Some(JobId(name.to_str()?.strip_suffix(".file")?.parse().ok()?))).collect())
    }

    pub fn rejected(&self, job: JobId) -> PathBuf {
        self.folder.join(format!("{}.rejected.csv", job.0))
    }

    /// The file of a job that is over is needed no more; its rejected rows stay.
    pub fn forget(&self, job: JobId) {
        if let Err(error) = fs::remove_file(self.file(job))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, job = job.0, "the file of an import that is over could not be removed");
        }
    }
}

fn node_of(folder: &Path, secrets: &Secrets) -> Result<String> {
    let path = folder.join(NODE_FILE);
    match fs::read_to_string(&path) {
        Ok(node) if !node.trim().is_empty() => Ok(node.trim().to_owned()),
        _ => {
            let node = hex(&secrets.bytes::<32>()?)[..16].to_owned();
            fs::write(&path, &node).map_err(|error| unusable(&path, &error))?;
            Ok(node)
        }
    }
}

fn unusable(path: &Path, error: &io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull => ": the disk is full, make room",
        io::ErrorKind::PermissionDenied => ": give the service the right to write there, or choose another folder with --import-folder",
        _ => "",
    };
    Error::Operator(format!("imported files cannot be kept at {} ({error}){hint}", path.display()))
}

/// A file on its way. What is not finished leaves nothing behind.
pub struct Receiving {
    path: PathBuf,
    /// `None` once it belongs to a job.
    file: Option<File>,
    digest: Sha256,
    bytes: u64,
    settings: SpoolSettings,
}

impl Receiving {
    pub fn check_length(&self, bytes: u64) -> Result<()> {
        let bytes_max = self.settings.file_bytes_max;
        if bytes <= bytes_max {
            return Ok(());
        }
        let message = format!(
            "the file is longer than {bytes_max} bytes, and nothing of it was kept: pack it by gzip, send it in parts, or ask those who run the \
             service to raise --import-file-bytes-max"
        );
        Err(Error::refused("file_too_large", message))
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        self.check_length(self.bytes)?;
        self.digest.update(bytes);
        let path = self.path.clone();
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(bytes).map_err(|error| unusable(&path, &error))
    }

    /// The whole file is there: puts it on the disk, unpacks it if it is packed, and gives its length and SHA-256 as it was sent.
    pub fn finish(&mut self) -> Result<(u64, String)> {
        let path = self.path.clone();
        let trouble = |error: io::Error| unusable(&path, &error);
        let sent = (self.bytes, hex(&std::mem::take(&mut self.digest).finalize().into()));
        if sent.0 == 0 {
            return Err(Error::refused("file_empty", "the file is empty"));
        }
        let Some(file) = &mut self.file else { return Ok(sent) };
        file.seek(SeekFrom::Start(0)).map_err(trouble)?;
        let mut start = [0; gzip::MAGIC.len()];
        let is_packed = file.read_exact(&mut start).is_ok() && start == gzip::MAGIC;
        if is_packed {
            file.seek(SeekFrom::Start(0)).map_err(trouble)?;
            let unpacked_path = path.with_extension("unpacked");
            let outcome = unpack(file, &unpacked_path, self.settings.unpacked_bytes_max);
            if outcome.is_err() {
                // What could not be unpacked must not stay behind, and that it could not be removed changes nothing for the caller.
                let _ = fs::remove_file(&unpacked_path);
            }
            *file = outcome?;
            fs::rename(&unpacked_path, &path).map_err(trouble)?;
        }
        file.sync_all().map_err(trouble)?;
        Ok(sent)
    }
}

fn unpack(packed: &mut File, path: &Path, bytes_max: u64) -> Result<File> {
    let mut unpacked = OpenOptions::new().create_new(true).read(true).write(true).open(path).map_err(|error| unusable(path, &error))?;
    let mut reader = gzip::unpacked(packed, bytes_max);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = reader.read(&mut buffer).map_err(|error| Error::refused("file_unreadable", error.to_string()))?;
        if count == 0 {
            return Ok(unpacked);
        }
        unpacked.write_all(&buffer[..count]).map_err(|error| unusable(path, &error))?;
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Nobody is left who could be told; the next start throws it away.
            let _ = fs::remove_file(&self.path);
        }
    }
}
