//! `graphql-transport-ws`: text messages in, text messages out. Who is asking was found out at the handshake; queries and mutations
//! may come this way, too, under the same limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::http::{WebSocket, WebSocketProtocols, WsMessage};
use async_graphql::{Data, Executor, Request, Response};
use futures_util::stream::{BoxStream, once};
use futures_util::{Stream, StreamExt};

use super::door::Outgoing;
use super::execute::{Cookies, ManagementApi, Refused, finish, parsed};
use super::view::Asking;
use crate::app::acting::Caller;

impl ManagementApi {
    /// Serves one connection until its client goes. What comes in are the client's messages, one each.
    pub fn subscribe<S>(&self, caller: Caller, incoming: S) -> impl Stream<Item = Outgoing> + Send + use<S>
    where
        S: Stream<Item = Vec<u8>> + Send + 'static,
    {
        let mut data = Data::default();
        data.insert(Asking { caller: Arc::new(caller), pinned: None });
        // Nobody reads these: cookies are set by answers over HTTP only.
        data.insert(Cookies::default());
        let connected = Connected { api: self.clone(), operations: Arc::default() };
        let outgoing = WebSocket::new(connected, incoming.boxed(), WebSocketProtocols::GraphQLWS).connection_data(data);
        outgoing.map(|message| match message {
            WsMessage::Text(text) => Outgoing::Text(text),
            WsMessage::Close(code, reason) => Outgoing::Close(code, reason),
        })
    }
}

/// What runs the operations of one connection.
#[derive(Clone)]
struct Connected {
    api: ManagementApi,
    operations: Arc<AtomicUsize>,
}

/// An operation under way.
struct Operation(Arc<AtomicUsize>);

impl Drop for Operation {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Connected {
    fn started(&self) -> Result<Operation, Refused> {
        let max = self.api.management.limits.operations_max;
        let operation = Operation(Arc::clone(&self.operations));
        if self.operations.fetch_add(1, Ordering::Relaxed) < max {
            return Ok(operation);
        }
        Err(Refused::new("LIMIT_EXCEEDED", format!("a connection carries at most {max} operations at a time (operations_max)")))
    }

    fn prepared(&self, mut request: Request) -> Result<(Request, Operation), Refused> {
        let operation = self.started()?;
        request.set_parsed_query(parsed(&request.query, &self.api.management.limits)?);
        Ok((request, operation))
    }
}

impl Executor for Connected {
    async fn execute(&self, request: Request) -> Response {
        match self.prepared(request) {
            Ok((request, _operation)) => self.api.schema.execute(request).await,
            Err(refused) => refused.into_answer(),
        }
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let limits = self.api.management.limits;
        let answers = match self.prepared(request) {
            Err(refused) => once(async move { refused.into_answer() }).boxed(),
            Ok((request, operation)) => {
                let answers = self.api.schema.execute_stream_with_session_data(request, session.unwrap_or_default());
                // The operation ends when its client has had the last answer or does not want it any more.
                answers.map(move |answer| (answer, &operation).0).boxed()
            }
        };
        answers
            .map(move |mut answer| {
                finish(&mut answer, &limits);
                answer
            })
            .boxed()
    }
}
