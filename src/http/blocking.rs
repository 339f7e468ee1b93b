//! Work on the threads that may block, so that no query holds up the others: within the limit of queries in flight, and until
//! the request's deadline. It knows nothing of what is worked on.

use std::time::{Duration, Instant};

use actix_web::{rt, web};
use tracing::Span;

use super::State;
use super::errors::Problem;
use super::observation::RequestId;

/// Runs work on a blocking thread until the deadline. Work that begins only after it is not begun: nobody waits any more.
pub async fn in_time<T: Send + 'static>(
    state: &State,
    deadline: Instant,
    id: &RequestId,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let place = state.enter()?;
    let span = Span::current();
    let work = web::block(move || {
        let done = (Instant::now() < deadline).then(|| span.in_scope(work));
        drop(place);
        done
    });
    match rt::time::timeout(remaining(deadline), work).await {
        Ok(Ok(Some(done))) => Ok(done),
        Ok(Ok(None)) | Err(_) => Err(Problem::time_is_up(state.settings.request_time_ms_max)),
        Ok(Err(_)) => Err(Problem::internal("the thread that worked on the request panicked", id)),
    }
}

pub fn remaining(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}
