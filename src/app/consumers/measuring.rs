//! What this process did for each consumer, counted for Prometheus: attempts, failures, and how long receivers took.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

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
