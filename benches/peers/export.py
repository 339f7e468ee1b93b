#!/usr/bin/env python3
"""W7 on Svod: all items by pages of 1,000, as lines of JSON on standard output. Usage: export.py URL DOCUMENT

Svod cuts answers at a page, so a whole export is 200 requests over one connection where the peers answer once."""
import http.client, json, sys, urllib.parse

url, document = urllib.parse.urlparse(sys.argv[1]), open(sys.argv[2], encoding="utf-8").read()
connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
after, pages_max = None, 10_000
for _ in range(pages_max):
    body = json.dumps({"query": document, "variables": {"after": after}}).encode()
    connection.request("POST", url.path, body, {"Content-Type": "application/json", "Accept": "application/json"})
    answer = json.loads(connection.getresponse().read())
    if answer.get("errors"):
        sys.exit("bad: %s" % json.dumps(answer["errors"], ensure_ascii=False))
    page = answer["data"]["items"]
    for node in page["nodes"]:
        print(json.dumps(node, ensure_ascii=False))
    after = page["pageInfo"]["endCursor"]
    if not page["pageInfo"]["hasNextPage"]:
        break
else:
    sys.exit("bad: more pages than there can be")
