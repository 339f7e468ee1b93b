//! Pages of the feed that were read a moment ago: when something is published, everybody who follows asks for the same page.
//! What a page holds never changes; whether more has come since, its reader looks at.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use super::FeedEvent;
use crate::domain::feed::Position;

const PAGES_MAX: usize = 256;
/// Longer pages are of those who catch up, and hardly two of them are at the same place.
const PAGE_BYTES_MAX: usize = 256 << 10;

/// What is told (the key of a view), after which position, and how many events at most.
pub type PageKey = (u64, Position, usize);

/// The events of a page, and where to go on after them.
pub type Page = (Arc<[FeedEvent]>, Position);

pub struct RecentPages(Mutex<LruCache<PageKey, Page>>);

impl Default for RecentPages {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(NonZeroUsize::new(PAGES_MAX).expect("it is not zero"))))
    }
}

impl RecentPages {
    pub fn find(&self, key: &PageKey) -> Option<Page> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub fn keep(&self, key: PageKey, page: &Page) {
        let bytes: usize = page.0.iter().map(|event| event.json.len()).sum();
        if bytes <= PAGE_BYTES_MAX && !page.0.is_empty() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).put(key, page.clone());
        }
    }
}
