//! How spans travel to a collector of OpenTelemetry: OTLP over HTTP, in protobuf, from threads of their own. A collector that does not
//! answer is told of in the log now and then, and nobody waits for it. What the spans tell, it does not know.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use reqwest::{Client, StatusCode, Url};
use tokio::runtime::{Builder, Runtime};

use super::tls;
use crate::domain::error::{Error, Result};

/// The door of traces at a collector (OTLP 1.x, OTLP/HTTP).
const DOOR: &str = "/v1/traces";
/// How long a collector may take for one lot of spans.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A collector that stays away is told of so often.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// An exporter to the collector at an address like `http://collector:4318`, with or without the door.
pub fn exporter_to(address: &str) -> Result<SpanExporter> {
    let endpoint = endpoint_of(address)?;
    let client = Posting::new(endpoint.clone())?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .with_timeout(TIMEOUT)
        .with_http_client(client)
        .build();
    exporter.map_err(|error| Error::Operator(format!("nothing can be told to the collector at {address}: {error}")))
}

fn endpoint_of(address: &str) -> Result<String> {
    let wrong = || Error::Operator(format!("`{address}` is no address of a collector: write it like http://collector:4318"));
    let url = Url::parse(address).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong());
    }
    let bare = url.as_str().trim_end_matches('/');
    Ok(if bare.ends_with(DOOR) { bare.to_owned() } else { format!("{bare}{DOOR}") })
}

/// The client of HTTP as the exporter wants it. The exporter blocks a thread that carries nothing else, so requests have their own.
struct Posting {
    endpoint: String,
    client: Client,
    runtime: Runtime,
    trouble: Mutex<Trouble>,
}

/// Since when the collector does not take spans, as far as the log tells.
#[derive(Default)]
struct Trouble {
    told_at: Option<Instant>,
}

impl Posting {
    fn new(endpoint: String) -> Result<Self> {
        tls::prepare();
        let client = Client::builder()
            .user_agent(concat!("svod/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| Error::Operator(format!("the client of HTTP cannot be made: {error}")))?;
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("traces").enable_all().build();
        let runtime = runtime.map_err(|error| Error::Operator(format!("a thread for traces cannot be started: {error}")))?;
        Ok(Self { endpoint, client, runtime, trouble: Mutex::default() })
    }

    /// Says it once and then now and then, and once that it is over.
    fn tell(&self, failure: Option<&str>) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match (failure, trouble.told_at) {
            (Some(_), Some(at)) if at.elapsed() < TOLD_EVERY => {}
            (Some(reason), _) => {
                tracing::warn!(collector = self.endpoint, reason, "the collector does not take traces: they are lost meanwhile");
                trouble.told_at = Some(Instant::now());
            }
            (None, Some(_)) => {
                tracing::info!(collector = self.endpoint, "the collector takes traces again");
                trouble.told_at = None;
            }
            (None, None) => {}
        }
    }
}

impl fmt::Debug for Posting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Posting").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl HttpClient for Posting {
    fn send_bytes<'client, 'sending>(
        &'client self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<Response<Bytes>, HttpError>> + Send + 'sending>>
    where
        'client: 'sending,
    {
        let client = self.client.clone();
        let posted = self.runtime.spawn(async move {
            let response = client.execute(request.try_into()?).await?;
            Ok::<StatusCode, reqwest::Error>(response.status())
        });
        Box::pin(async move {
            let outcome = match posted.await {
                Ok(Ok(status)) if status.is_success() => Ok(status),
                Ok(Ok(status)) => Err(format!("it answers {status}")),
                Ok(Err(error)) => Err(told(&error)),
                Err(_) => Err("the thread for traces panicked".to_owned()),
            };
            self.tell(outcome.as_ref().err().map(String::as_str));
            // What a collector says beside its status is for nobody.
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = outcome?;
            Ok(response)
        })
    }
}

fn told(error: &reqwest::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    if error.is_timeout() { "it took too long".to_owned() } else { reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_is_added_where_it_is_left_out() {
        for (address, expected) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("https://collector/otlp/", "https://collector/otlp/v1/traces"),
            ("http://[::1]:4318/v1/traces", "http://[::1]:4318/v1/traces"),
        ] {
            assert_eq!(endpoint_of(address).unwrap(), expected);
        }
        for wrong in ["collector:4318", "", "ftp://collector", "http://"] {
            let error = endpoint_of(wrong).unwrap_err().to_string();
            assert!(error.contains("is no address of a collector: write it like http://collector:4318"), "{wrong}: {error}");
        }
    }
}
