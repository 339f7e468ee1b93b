//! What the newest publications of this process were part of, so that a delivery is told as a consequence of what caused it. It is
//! a convenience of whoever looks at traces: forgotten with the process, and of other nodes unknown.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::Span;

use super::traceparent_of;

/// Consumers that lag further have their deliveries told without a cause.
const KEPT_MAX: usize = 256;

/// A publication, and the `traceparent` of what it was part of.
type Kept = VecDeque<(i64, Arc<str>)>;

/// Publications by number, with the span of each. Cheap to clone; all clones know the same.
#[derive(Debug, Clone, Default)]
pub struct TracedPublications(Arc<Mutex<Kept>>);

impl TracedPublications {
    /// Keeps what a publication was part of, if anybody is told of it.
    pub fn keep(&self, publication: i64, span: &Span) {
        if let Some(traceparent) = traceparent_of(span) {
            self.insert(publication, traceparent.into());
        }
    }

    /// The span of a publication, if it was made here not long ago.
    pub fn find(&self, publication: i64) -> Option<Arc<str>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().find(|(number, _)| *number == publication).map(|(_, traceparent)| Arc::clone(traceparent))
    }

    fn insert(&self, publication: i64, traceparent: Arc<str>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((publication, traceparent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_are_kept() {
        let traced = TracedPublications::default();
        for number in 1..=300 {
            traced.clone().insert(number, format!("of {number}").into());
        }
        assert_eq!(traced.find(300).as_deref(), Some("of 300"));
        assert_eq!(traced.find(45).as_deref(), Some("of 45"));
        assert_eq!((traced.find(44), traced.find(301)), (None, None));
    }
}
