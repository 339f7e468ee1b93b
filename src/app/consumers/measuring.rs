//! What Prometheus is told: what this process did for each consumer, counted; and how far all consumers were when somebody asked last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::ConsumerMeasure;

/// Upper bounds of the durations, in seconds; the last place is for all that is longer.
pub const DURATION_BOUNDS_S: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// The figures of one consumer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeliveryMeasure {
    pub attempts: u64,
    pub failures: u64,
    /// By [`DURATION_BOUNDS_S`], not added up.
    pub durations: [u64; DURATION_BOUNDS_S.len() + 1],
    pub duration_s: f64,
}

/// The figures of all consumers, by code. Cheap to clone.
#[derive(Clone, Default)]
pub struct DeliveryMeasures(Arc<Mutex<BTreeMap<String, DeliveryMeasure>>>);

impl DeliveryMeasures {
    pub fn count(&self, consumer: &str, took: Duration, is_delivered: bool) {
        let mut measures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let measure = measures.entry(consumer.to_owned()).or_default();
        measure.attempts += 1;
        measure.failures += u64::from(!is_delivered);
        let took_s = took.as_secs_f64();
        measure.duration_s += took_s;
        let place = DURATION_BOUNDS_S.iter().position(|bound| took_s <= *bound).unwrap_or(DURATION_BOUNDS_S.len());
        measure.durations[place] += 1;
    }

    pub fn all(&self) -> BTreeMap<String, DeliveryMeasure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// So long, figures of all consumers are told again: several who scrape at once cost one look.
const TOLD_AGAIN: Duration = Duration::from_secs(3);

/// How far all consumers were when somebody asked last. Cheap to clone.
#[derive(Clone, Default)]
pub struct Measured(Arc<Mutex<Option<Told>>>);

struct Told {
    at: Instant,
    /// How often the pulse had beaten: rights, states and publications are as they were while it has not again.
    beats: u64,
    measures: Arc<[ConsumerMeasure]>,
}

impl Measured {
    /// The figures, as long as they are young and nothing was done since.
    pub fn find(&self, beats: u64) -> Option<Arc<[ConsumerMeasure]>> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.as_ref().filter(|told| told.beats == beats && told.at.elapsed() < TOLD_AGAIN).map(|told| Arc::clone(&told.measures))
    }

    /// Keeps figures that were looked up when the pulse had beaten so often.
    pub fn keep(&self, beats: u64, measures: Arc<[ConsumerMeasure]>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Told { at: Instant::now(), beats, measures });
    }

    /// For what changes without a beat.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_again_until_something_was_done() {
        let measured = Measured::default();
        assert!(measured.find(1).is_none());
        measured.clone().keep(1, Arc::new([]));
        assert!(measured.find(1).is_some());
        assert!(measured.find(2).is_none(), "the pulse has beaten");
        measured.forget();
        assert!(measured.find(1).is_none());
        let at = Instant::now().checked_sub(TOLD_AGAIN).expect("the machine runs for longer");
        *measured.0.lock().unwrap() = Some(Told { at, beats: 1, measures: Arc::new([]) });
        assert!(measured.find(1).is_none(), "they are old");
    }
}
