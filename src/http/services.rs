//! What the server serves: the data API behind two plain functions, and whether it is there yet.
//! A server listens before the catalogue is loaded; until then this is empty.

use std::sync::{Arc, OnceLock};

use crate::app::readiness::Readiness;
use crate::app::reading::Reading;
use crate::domain::error::Result;
use crate::query::{Caller, DataApi, Request, Response};

/// What is published, in two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Census {
    /// The number of the latest publication; 0 before the first.
    pub publication: i64,
    pub dictionaries: usize,
}

/// The data API as the carrier sees it. Functions and not the type itself: tests stand in for it, and nothing of the
/// catalogue is needed here.
pub struct DataDoor {
    pub execute: Box<dyn Fn(Caller, Request) -> Response + Send + Sync>,
    pub sdl: Box<dyn Fn() -> Result<Arc<str>> + Send + Sync>,
    pub census: Box<dyn Fn() -> Census + Send + Sync>,
}

impl DataDoor {
    pub fn new(data_api: DataApi, reading: Reading) -> Self {
        let data_api = Arc::new(data_api);
        let sdl_api = Arc::clone(&data_api);
        let census = move || {
            let head = reading.reader().head;
            Census { publication: head.seq(), dictionaries: head.dictionaries.len() }
        };
        Self {
            execute: Box::new(move |caller, request| data_api.execute_for(caller, request)),
            sdl: Box::new(move || sdl_api.sdl(&crate::domain::account::Authority::anonymous())),
            census: Box::new(census),
        }
    }
}

/// Shared by the server, by whoever loads the catalogue and by whoever follows publications.
#[derive(Clone, Default)]
pub struct Services {
    pub readiness: Arc<Readiness>,
    data: Arc<OnceLock<Arc<DataDoor>>>,
}

impl Services {
    /// Opens the data API and says that the service is ready. To be called once, when the catalogue is loaded.
    pub fn open(&self, data: DataDoor) {
        // A second call would change nothing: the first door stays.
        let _ = self.data.set(Arc::new(data));
        self.readiness.set_ready();
    }

    /// The data API, once the catalogue is loaded.
    pub fn data(&self) -> Option<&Arc<DataDoor>> {
        self.data.get()
    }
}
