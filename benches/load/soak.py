#!/usr/bin/env python3
"""Soak: mixed reads, distinct queries, older publications and some publications for minutes, and whether memory stays flat.

soak.py --port PORT --pid PID --data FOLDER --publish 'COMMAND {file}' [--seconds 300] [--table FILE]
Samples the resident memory each second, and fits a line through the last two thirds by least squares. The first third is not looked
at: caches fill in it. Publications make new rows that stay, as they do in life; --publish '' leaves them out."""
import argparse, csv, itertools, multiprocessing, os, random, subprocess, sys, tempfile, time

from wire import Connection, be_nice, post, quantile, resident_mib

READERS = 4
PUBLISH_EVERY_S = 15
ROWS_PER_PUBLICATION = 100
# What may be called flat: over the fitted time the line rises by less than this share of the memory.
RISE_MAX = 0.01

DOCUMENTS = {
    "W1": 'query W1($code: ID!) { item: territory(code: $code, validOn: "2020-12-31") { code name centerName validFrom validTo parent { code name } } }',
    "W2": 'query W2 { offices(first: 100, validOn: "2020-12-31") { nodes { code name shortName parentCode regionCode kind validFrom validTo } } }',
    "W3": 'query W3($region: ID!) { classifier(filter: { region: { eq: $region } }, validOn: "2022-05-31", first: 50) { totalCount nodes { code name validFrom validTo } } }',
    "W4": 'query W4($code: ID!) { office(code: $code, validOn: "2020-12-31") { code name children { code name children { code name } } } }',
    "W5": 'query W5($text: String!) { offices(filter: { name: { contains: $text } }, validOn: "2020-12-31", first: 20) { nodes { code name shortName } } }',
    "old": 'query Old($code: ID!, $publication: Int!) { territory(code: $code, publication: $publication, validOn: "2020-12-31") { code name } }',
}


def requests(codes, draw):
    """Endless, in the proportions of life: most ask for one item."""
    for number in itertools.count():
        kind = draw.choices(["W1", "W2", "W3", "W4", "W5", "old", "distinct"], [50, 8, 6, 12, 8, 4, 12])[0]
        code, region = draw.choice(codes), "%02d" % draw.randrange(1, 86)
        if kind == "distinct":
            yield kind, post('query Q%d { territory(code: "%s", validOn: "2020-12-31") { code n%d: name } }' % (draw.randrange(1 << 60), code, number))
        else:
            variables = {"W1": {"code": code}, "W2": {}, "W3": {"region": region}, "W4": {"code": region + "000000"},
                         "W5": {"text": draw.choice(["прокуратура г", "район", "специализир", "ов", "камен"])}, "old": {"code": code, "publication": draw.randrange(3, 6)}}[kind]
            yield kind, post(DOCUMENTS[kind], **variables)


def read(port, codes, seed, until, queue):
    be_nice(5)
    connection, asked, failed, times = Connection(port), 0, {}, []
    for kind, request in requests(codes, random.Random(seed)):
        if time.monotonic() >= until:
            break
        began = time.perf_counter()
        try:
            status, body = connection.ask(request)
            if status != 200 or b'"errors"' in body:
                failed[kind] = failed.get(kind, 0) + 1
        except OSError as error:
            failed[type(error).__name__] = failed.get(type(error).__name__, 0) + 1
        asked += 1
        # Every hundredth is enough for a quantile, and keeps this client from growing.
        if asked % 100 == 0:
            times.append((time.perf_counter() - began) * 1e3)
    queue.put((asked, failed, times))


def publish(command, rows, until, queue):
    """Publishes a hundred changed remarks every now and then, by the command line as operators do."""
    be_nice(5)
    published, failed, draw = 0, "", random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "changes.csv")
        while time.monotonic() + PUBLISH_EVERY_S < until:
            time.sleep(PUBLISH_EVERY_S)
            with open(path, "w", newline="", encoding="utf-8") as file:
                out = csv.writer(file, lineterminator="\n")
                out.writerow(["code", "remark", "valid_from", "valid_to"])
                out.writerows([r["code"], "уточнено %d" % published, r["valid_from"], r["valid_to"]] for r in draw.sample(rows, ROWS_PER_PUBLICATION))
            outcome = subprocess.run(command.replace("{file}", path), shell=True, capture_output=True, text=True, timeout=120)
            published += outcome.returncode == 0
            failed = failed or (outcome.stderr[-300:] if outcome.returncode else "")
    queue.put((published, failed))


def line(samples):
    """Least squares through (second, MiB): the slope in MiB/s and its standard error."""
    count = len(samples)
    mean_x, mean_y = sum(x for x, _ in samples) / count, sum(y for _, y in samples) / count
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread
    rest = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in samples)
    return slope, (rest / (count - 2) / spread) ** 0.5, mean_y


def report(samples, readers, published, seconds):
    fitted = samples[len(samples) // 3:]
    slope, error, mean = line(fitted)
    to_mb_per_hour = 1.048576 * 3600
    rise = slope * (fitted[-1][0] - fitted[0][0]) / mean
    is_flat = rise < RISE_MAX
    asked, failed = sum(a for a, _, _ in readers), {}
    for _, counted, _ in readers:
        for kind, count in counted.items():
            failed[kind] = failed.get(kind, 0) + count
    times = sorted(itertools.chain.from_iterable(t for _, _, t in readers))
    rows = [
        ("reads", "%d in %d s, p50 %.2f ms, p99 %.2f ms; failed: %s" % (asked, seconds, quantile(times, 0.5), quantile(times, 0.99), failed or "none")),
        ("publications of %d rows meanwhile" % ROWS_PER_PUBLICATION, "%d%s" % (published[0], "; **failed: %s**" % published[1] if published[1] else "")),
        ("resident memory at the start, after a third, at the end", "%.0f, %.0f, %.0f MiB (highest %.0f)" % (samples[0][1], fitted[0][1], samples[-1][1], max(y for _, y in samples))),
        ("slope over the last two thirds", "%+.1f ± %.1f MB/h, which is %+.2f %% in that time" % (slope * to_mb_per_hour, error * to_mb_per_hour, 100 * rise)),
        ("verdict (flat: rises by less than %.0f %% in that time)" % (100 * RISE_MAX), "flat" if is_flat else "**not flat**"),
    ]
    return "| | |\n|---|---|\n" + "\n".join("| %s | %s |" % row for row in rows) + "\n", is_flat


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--publish", default="")
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--table")
    arguments = parser.parse_args()
    with open(os.path.join(arguments.data, "classifier.csv"), newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["parent_code"]]
    codes = [row["code"] for row in rows]
    until, queue, publications = time.monotonic() + arguments.seconds, multiprocessing.Queue(), multiprocessing.Queue()
    processes = [multiprocessing.Process(target=read, args=(arguments.port, codes, seed, until, queue)) for seed in range(READERS)]
    if arguments.publish:
        processes.append(multiprocessing.Process(target=publish, args=(arguments.publish, rows, until, publications)))
    for process in processes:
        process.start()
    began, samples = time.monotonic(), []
    while time.monotonic() < until:
        samples.append((time.monotonic() - began, resident_mib(arguments.pid)))
        if len(samples) % 30 == 0:
            print("%4d s  %.0f MiB" % samples[-1], flush=True)
        time.sleep(1)
    readers = [queue.get(timeout=120) for _ in range(READERS)]
    published = publications.get(timeout=180) if arguments.publish else (0, "")
    for process in processes:
        process.join()
    table, is_flat = report(samples, readers, published, arguments.seconds)
    print("\n" + table)
    if arguments.table:
        with open(arguments.table, "a", encoding="utf-8") as file:
            file.write(table)
    sys.exit(0 if is_flat and not published[1] and not any(failed for _, failed, _ in readers) else 1)


if __name__ == "__main__":
    main()
