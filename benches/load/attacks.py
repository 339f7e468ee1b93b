"""What a hostile client sends, each attack bounded in time, count and rate. Knows the dictionaries of benches/peers, nothing of how
answers are judged."""
import itertools, random, time

from wire import Connection, head, post

LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
CODE = "01001001001"


class Attack:
    """Requests that are asked one after another over each of several connections."""

    def __init__(self, name, requests, is_refused=False, rate_max=2_000, seconds=None, count_max=200_000):
        self.name, self.requests, self.is_refused = name, requests, is_refused
        # Over all connections together.
        self.rate_max, self.seconds, self.count_max = rate_max, seconds, count_max


def always(request):
    return lambda: itertools.repeat(request)


def aliases_nested_lists_and_counts():
    """As much as the limits let through: lists in lists, each with its total."""
    inner = 'offices(first: 200, validOn: "2020-12-31") { totalCount nodes { code children { code children { code } } } }'
    return always(post("{ %s }" % " ".join("a%d: %s" % (n, inner) for n in range(20))))()


def counts_by_aliases():
    """Many whole scans in one query: a total of one letter under each alias."""
    for shift in itertools.count():
        fields = ('a%d: classifier(filter: { name: { contains: "%s" } }, first: 1) { totalCount }' % (n, LETTERS[(n + shift) % len(LETTERS)]) for n in range(100))
        yield post("{ %s }" % " ".join(fields))


def one_letter():
    for letter in itertools.cycle(LETTERS):
        yield post('query($text: String!) { classifier(filter: { name: { contains: $text } }, first: 1) { totalCount nodes { code } } }', text=letter)


def cyclic_fragments():
    return always(post("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"))()


def deep_parents():
    return always(post('{ territory(code: "%s") { %s code %s } }' % (CODE, "parent { " * 1_000, "}" * 1_000)))()


def distinct_queries():
    """Texts and variables that were never asked before: nothing that is kept helps, and all of it is kept for nothing."""
    draw = random.Random()
    for number in itertools.count(draw.randrange(1 << 40)):
        code = "%02d%03d000000" % (number % 85 + 1, number % 30 + 1)
        yield post('query Q%d($code: ID!) { x%d: territory(code: $code) { code n%d: name } }' % (number, number, number), code=code)
        yield post("query($code: ID!) { territory(code: $code) { code name } }", code="none-%d" % number)


def distinct_dates():
    draw = random.Random()
    for _ in itertools.count():
        date = "%04d-%02d-%02d" % (draw.randrange(1000, 3000), draw.randrange(1, 13), draw.randrange(1, 29))
        yield post('query($on: Date) { classifier(filter: { region: { eq: "05" } }, validOn: $on, first: 50) { totalCount nodes { code } } }', on=date)


def long_text():
    return always(post("{ publications { nodes { number } } } #" + "x" * 1_000_000))()


def too_long_body():
    body = b'{"query": "' + b" " * (2 << 20) + b'{ x }"}'
    return always(head(len(body)) + body)()


def many_aliases():
    return always(post("{ %s }" % " ".join("a%d: __typename" % n for n in range(10_000))))()


def fragment_bomb():
    levels = 30
    fragments = " ".join("fragment F%d on Query { ...F%d ...F%d }" % (n, n + 1, n + 1) for n in range(levels))
    return always(post("{ ...F0 } %s fragment F%d on Query { __typename }" % (fragments, levels)))()


def deep_introspection():
    return always(post("{ __schema { types { fields { type { %s name %s } } } } }" % ("ofType { " * 14, "}" * 14)))()


def older_editions():
    for publication in itertools.cycle([3, 4, 1, 2]):
        yield post("query($at: Int) { classifier(publication: $at, first: 10) { totalCount nodes { code } } offices(publication: $at, first: 10) { totalCount } }", at=publication)


ASKED = [
    Attack("aliases × nested lists × totals", aliases_nested_lists_and_counts),
    Attack("100 totals of one letter by aliases", counts_by_aliases),
    Attack("one letter contained, a million items", one_letter),
    Attack("older editions in turn", older_editions),
    Attack("distinct dates", distinct_dates),
    Attack("distinct queries against what is kept", distinct_queries, rate_max=5_000, seconds=20, count_max=100_000),
    Attack("deep introspection", deep_introspection),
    Attack("cyclic fragments", cyclic_fragments, is_refused=True),
    Attack("1,000 parents deep", deep_parents, is_refused=True),
    Attack("1 MB of query", long_text, is_refused=True, rate_max=200),
    Attack("2 MB of body", too_long_body, is_refused=True, rate_max=100),
    Attack("10,000 aliases", many_aliases, is_refused=True),
    Attack("fragment bomb, 2^30", fragment_bomb, is_refused=True),
]


class SlowReaders:
    """Connections that ask for much, again and again, and never read the answers."""

    name, connections = "slow readers", 500

    def hold(self, port, until):
        request = post('{ classifier(first: 1000, validOn: "2020-12-31") { nodes { code name centerName validFrom validTo parent { code name } } } }')
        opened = []
        for _ in range(self.connections):
            try:
                connection = Connection(port, 2.0).open(receive_bytes=4096)
                connection.socket.sendall(request * 4)
                opened.append(connection)
            except OSError:
                pass
            if time.monotonic() > until:
                break
        time.sleep(max(0.0, until - time.monotonic()))
        return "%d open" % len(opened), opened


class HalfSent:
    """Connections that never finish what they begin: half of them a head, half of them a body, a byte at a time."""

    name, connections = "half-sent requests", 1_000

    def hold(self, port, until):
        opened, closed = [], 0
        whole = post("{ __typename }")
        for number in range(self.connections):
            try:
                connection = Connection(port, 2.0).open()
                connection.socket.sendall(whole[:40] if number % 2 else whole[:-5])
                opened.append(connection)
            except OSError:
                pass
        while time.monotonic() < until:
            for number, connection in enumerate(opened):
                try:
                    if connection.socket and number % 2:
                        connection.socket.sendall(b"x")
                except OSError:
                    connection.close()
                    closed += 1
            time.sleep(min(1.0, max(0.0, until - time.monotonic())))
        return "%d open, %d of them closed by the service" % (len(opened), closed), opened


HELD = [SlowReaders(), HalfSent()]
