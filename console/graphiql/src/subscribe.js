// One subscription by graphql-transport-ws, over a WebSocket of its own that ends with it. Whatever goes wrong is
// made into a GraphQL response, as ask.js does.
const SUBPROTOCOL = "graphql-transport-ws";
const ID = "1";

export function isSubscription({ operationName }, documentAST) {
  const operations = (documentAST?.definitions ?? []).filter(({ kind }) => kind === "OperationDefinition");
  const asked = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return asked?.operation === "subscription";
}

// What GraphiQL takes for a stream of responses.
export function subscribe({ query, variables, operationName }) {
  return {
    subscribe(observer) {
      const address = new URL(location.pathname, location.href);
      address.protocol = address.protocol.replace("http", "ws");
      const socket = new WebSocket(address, SUBPROTOCOL);
      let isOver = false;
      const say = (message) => socket.send(JSON.stringify(message));
      const end = () => {
        isOver = true;
        observer.complete();
        socket.close(1000);
      };
      const answers = {
        connection_ack: () => say({ id: ID, type: "subscribe", payload: { query, variables, operationName } }),
        next: ({ payload }) => observer.next(payload),
        error: ({ payload }) => {
          observer.next({ errors: payload });
          end();
        },
        complete: end,
        ping: () => say({ type: "pong" }),
      };
      socket.onopen = () => say({ type: "connection_init" });
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (!isOver) answers[message.type]?.(message);
      };
      socket.onclose = ({ code, reason }) => {
        if (isOver) return;
        isOver = true;
        observer.next({ errors: [{ message: `The subscription ended: ${reason || "no answer"} (${code})` }] });
        observer.complete();
      };
      return {
        unsubscribe() {
          if (!isOver && socket.readyState === WebSocket.OPEN) say({ id: ID, type: "complete" });
          isOver = true;
          socket.close(1000);
        },
      };
    },
  };
}
