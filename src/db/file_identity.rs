//! Which file a path names: a database that is deleted or replaced under an open connection is another file.

use std::os::unix::fs::MetadataExt;

use super::DatabaseUrl;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileIdentity {
    device: u64,
    inode: u64,
}

impl FileIdentity {
    /// `None` for a database that is no file, and for a file that is not there.
    pub fn of(url: &DatabaseUrl) -> Option<Self> {
        let DatabaseUrl::Sqlite(path) = url else { return None };
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self { device: metadata.dev(), inode: metadata.ino() })
    }
}
