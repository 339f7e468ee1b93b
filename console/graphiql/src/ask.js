// One request of GraphQL over HTTP. Whatever comes back is made into a GraphQL response, so that a proxy's
// page or a dead connection is shown as an error with its status and not as a parser's complaint.
const CONTENT_TYPE = "application/json";
const ACCEPT = "application/graphql-response+json, application/json;q=0.9";
const EXCERPT_MAX = 400;

export async function ask(params, options) {
  let response;
  let text;
  try {
    response = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": CONTENT_TYPE, Accept: ACCEPT, ...options?.headers },
      body: JSON.stringify(params),
    });
    text = await response.text();
  } catch (error) {
    return refused(`No answer from ${location.host}: ${error.message}`);
  }
  try {
    const body = JSON.parse(text);
    if (body !== null && typeof body === "object" && ("data" in body || "errors" in body)) return body;
  } catch {
    // Not JSON: told below with its status.
  }
  return refused(`HTTP ${response.status} ${response.statusText}`.trimEnd(), text);
}

function refused(message, text = "") {
  const excerpt = text.slice(0, EXCERPT_MAX);
  return { errors: [excerpt === "" ? { message } : { message, extensions: { body: excerpt } }] };
}
