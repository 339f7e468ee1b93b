"""Receives what was captured in a file, {"secret", "requests": [{"headers", "body"}]}. Prints one line of JSON: how many requests were
verified, and their events. Fails when a request is not genuine, or when a changed one passes."""

import json
import sys
from pathlib import Path

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks import Webhook, WebhookVerificationError

captured = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
webhook = Webhook(captured["secret"])


def refuse(body, headers, what):
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError:
        return
    sys.exit(f"{what} passes")


def told(event):
    said = event.get_attributes()
    assert isinstance(event, CloudEvent) and event.get_specversion() == "1.0", said
    return {
        "id": event.get_id(),
        "type": event.get_type(),
        "source": event.get_source(),
        "time": round(event.get_time().timestamp() * 1000),
        "subject": event.get_subject(),
        "datacontenttype": event.get_datacontenttype(),
        "dataschema": event.get_dataschema(),
        "cursor": event.get_extension("cursor"),
        "data": event.get_data(),
    }


events = []
for request in captured["requests"]:
    headers, body = request["headers"], request["body"]
    webhook.verify(body.encode(), headers)
    refuse(body + " ", headers, "a changed body")
    refuse(body, {**headers, "webhook-id": "1.other"}, "another id")
    refuse(body, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, "another time")
    refuse(body, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3600)}, "an old one")
    # The library has no words for batches: a batch is an array of events, and it is given each.
    is_batch = headers["content-type"].startswith("application/cloudevents-batch+json")
    bodies = [json.dumps(event) for event in json.loads(body)] if is_batch else [body]
    events += [told(from_structured_event(HTTPMessage(headers=headers, body=one.encode()))) for one in bodies]
print(json.dumps({"verified": len(captured["requests"]), "events": events}))
