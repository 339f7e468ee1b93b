// The page of GraphiQL: it asks the address that it was served from, and no other.
// It knows nothing of Svod's schemas beyond the sample queries.
import CodeMirror from "codemirror";
import { createRoot } from "react-dom/client";
import { GraphiQL } from "graphiql";
import { ask } from "./ask.js";
import { storage } from "./storage.js";
import { isSubscription, subscribe } from "./subscribe.js";
import management from "./management.graphql";
import sample from "./sample.graphql";

// The data API stands below this address and has no subscriptions.
const isManagement = location.pathname === "/graphql";

// A query in the address is shown, never run: a link must not be able to ask in the reader's name.
const address = new URLSearchParams(location.search);
const linked = address.get("query");
const opening =
  linked === null
    ? { defaultTabs: [{ query: isManagement ? management : sample }] }
    : { query: linked, variables: address.get("variables") ?? "" };

const fetcher = (params, options) =>
  isManagement && isSubscription(params, options?.documentAST) ? subscribe(params) : ask(params, options);

// A query is prose to its reader: long lines wrap, as they do in the response.
CodeMirror.defaults.lineWrapping = true;

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL fetcher={fetcher} storage={storage} shouldPersistHeaders={false} defaultQuery="" {...opening}>
    <GraphiQL.Logo>
      <a className="svod-logo" href="/">Svod <span>· GraphQL</span></a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
