// The page of GraphiQL: it asks the address that it was served from, and no other.
// It knows nothing of Svod's schema beyond the sample query.
import CodeMirror from "codemirror";
import { createRoot } from "react-dom/client";
import { GraphiQL } from "graphiql";
import { ask } from "./ask.js";
import { storage } from "./storage.js";
import sample from "./sample.graphql";

// A query in the address is shown, never run: a link must not be able to ask in the reader's name.
const address = new URLSearchParams(location.search);
const linked = address.get("query");
const opening =
  linked === null
    ? { defaultTabs: [{ query: sample }] }
    : { query: linked, variables: address.get("variables") ?? "" };

// A query is prose to its reader: long lines wrap, as they do in the response.
CodeMirror.defaults.lineWrapping = true;

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL fetcher={ask} storage={storage} shouldPersistHeaders={false} defaultQuery="" {...opening}>
    <GraphiQL.Logo>
      <a className="svod-logo" href="/">Svod <span>· GraphQL</span></a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
