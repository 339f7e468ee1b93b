//! The management API from the text of a query to the bytes of its answer, without the network.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use svod::app::acting::Caller;
use svod::app::svod::Svod;
use svod::graphql::door::{Request, ResponseKind};
use svod::graphql::{ManagementApi, ManagementLimits};
use tokio::runtime::{Builder, Runtime};

const UPDATE: &str =
    "mutation Update($input: UpdateItemInput!) { updateItem(input: $input) { changeRequest { id revision } errors { code message } } }";
const UPDATE_JUDGED: &str = "mutation Update($input: UpdateItemInput!) { updateItem(input: $input) { \
    changeRequest { id revision validation { isValid total violations { code } } conflicts { __typename } } errors { code message } } }";

/// Somebody who asks the management API.
pub struct Asker {
    runtime: Runtime,
    api: ManagementApi,
    caller: Caller,
}

impl Asker {
    pub fn new(svod: &Arc<Svod>, caller: &Caller) -> Self {
        let runtime = Builder::new_current_thread().enable_time().build().expect("it starts");
        Self { runtime, api: ManagementApi::new(Arc::clone(svod), ManagementLimits::default()), caller: caller.clone() }
    }

    /// Changes an item of a draft; gives the draft's next revision.
    pub fn update_item(&self, input: Json, is_judged: bool) -> i64 {
        let query = if is_judged { UPDATE_JUDGED } else { UPDATE };
        let variables = Map::from_iter([("input".to_owned(), input)]);
        let request = Request { query: query.to_owned(), operation_name: None, variables, is_get: false };
        let response = self.runtime.block_on(self.api.execute(self.caller.clone(), request));
        let answer: Json = serde_json::from_slice(&response.body).expect("an answer is JSON");
        assert_eq!(response.kind, ResponseKind::Executed, "{answer}");
        let payload = &answer["data"]["updateItem"];
        assert_eq!(payload["errors"], json!([]), "{answer}");
        if is_judged {
            assert_eq!(payload["changeRequest"]["validation"]["isValid"], json!(true), "{answer}");
        }
        payload["changeRequest"]["revision"].as_i64().expect("a draft has a revision")
    }
}
