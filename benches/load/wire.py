"""HTTP/1.1 over bare sockets, so that a client costs little beside the service that it measures, and can misbehave.

Knows nothing of what is asked. Loopback only: any other address is refused."""
import json, os, re, socket

PATH = "/graphql/data"


class Connection:
    """One connection that is kept alive, and opened anew after it broke."""

    def __init__(self, port, timeout_s=30.0):
        self.port, self.timeout_s, self.socket, self.rest = port, timeout_s, None, b""

    def open(self, receive_bytes=None):
        opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_bytes:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.settimeout(self.timeout_s)
        opened.connect(("127.0.0.1", self.port))
        self.socket, self.rest = opened, b""
        return self

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def ask(self, request):
        """Sends a whole request; gives the status and the body of the answer."""
        try:
            if self.socket is None:
                self.open()
            try:
                self.socket.sendall(request)
            except (BrokenPipeError, ConnectionResetError):
                # A service that refuses a long body answers before it was sent; what it said may still be there to read.
                pass
            return self.receive()
        except OSError:
            self.close()
            raise

    def receive(self):
        head, self.rest = self.until(b"\r\n\r\n")
        status = int(head[9:12])
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
        length = int(length.group(1)) if length else 0
        while len(self.rest) < length:
            self.more()
        body, self.rest = self.rest[:length], self.rest[length:]
        if re.search(rb"\r\nconnection: *close", head, re.I):
            self.close()
        return status, body

    def until(self, mark):
        while mark not in self.rest:
            self.more()
        return self.rest.split(mark, 1)

    def more(self):
        part = self.socket.recv(1 << 16)
        if not part:
            raise ConnectionResetError("the service closed the connection")
        self.rest += part


def head(length):
    return ("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/graphql-response+json\r\n"
            "Content-Length: %d\r\n\r\n" % (PATH, length)).encode()


def post(query, **variables):
    """The bytes of a request."""
    body = json.dumps({"query": query, "variables": variables}, ensure_ascii=False).encode()
    return head(len(body)) + body


def said(status, body):
    """An answer in a word or two: its status, and the code of its first error or that it has data."""
    if not body:
        return "%d" % status
    try:
        answer = json.loads(body)
    except ValueError:
        return "%d not JSON" % status
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if errors:
        return "%d %s" % (status, errors[0].get("extensions", {}).get("code", "without a code"))
    return "%d data" % status


def resident_mib(pid):
    try:
        return int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%d/status" % pid).read()).group(1)) / 1024
    except (OSError, AttributeError):
        return 0.0


def quantile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))] if sorted_values else float("nan")


def be_nice(amount):
    """Another priority, where the system lets us: attackers of a real service do not share its cores, and clients neither."""
    try:
        os.nice(amount)
    except OSError:
        pass
