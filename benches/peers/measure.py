#!/usr/bin/env python3
"""The harness's bench.py on Svod: the same checks and rounds, with Svod's variants beside `ours`.

measure.py prepare --publication N    documents and targets into the copy of the harness
measure.py ready NAME URL             waits until the service is ready; notes the time since its start and its memory in the ten seconds after
measure.py note NAME VALUE            a fact for the report
measure.py check|run …                as bench.py; answers of every variant are compared with a truth of its own

It knows nothing of how servers are started (run.sh) nor of what is made of the figures (report.py)."""
import argparse, json, os, random, re, sys, time, urllib.error, urllib.request
from datetime import datetime
from zoneinfo import ZoneInfo

PEERS = os.path.dirname(os.path.abspath(__file__))
WORK = os.environ.get("PERF_WORK") or os.path.join(os.environ.get("TMPDIR", "/tmp"), "dict-perf")
HARNESS = os.path.join(WORK, "harness")
sys.path.insert(0, HARNESS)
sys.dont_write_bytecode = True
import bench  # noqa: E402  It is the copy of the harness.

# All rows of the files hold on this date, so that reading on it answers what the peers answer, who look at no date.
ALL_HOLD_ON = "2020-12-31"
# About as many rows hold on this date as today, so that the two can be compared.
PAST = "2017-02-01"
TODAY = datetime.now(ZoneInfo("Europe/Moscow")).date().isoformat()
SHARED_ENDING_MAX = "011"
SETTLE_S = 10

# Name, variable of its address, folder of its documents, process.
VARIANTS = [
    ("ours-cached", "OURS_CACHED_URL", "ours", "ours-cached"),
    ("ours-old", "OURS_URL", "ours-old", "ours"),
    ("ours-past", "OURS_URL", "ours-past", "ours"),
    ("ours-today", "OURS_URL", "ours-today", "ours"),
    ("ours-200k", "OURS_URL", "ours-scale", "ours"),
    ("ours-1m", "OURS_1M_URL", "ours-scale", "ours-1m"),
]


class Dated(bench.Truth):
    """What holds on one date, with the half-open intervals of Svod. The variables are those of the harness."""

    def __init__(s, on):
        super().__init__()
        holds = lambda r: r["valid_from"] <= on and (r["valid_to"] is None or r["valid_to"] > on)
        s.off, s.cls = [r for r in s.off if holds(r)], [r for r in s.cls if holds(r)]
        s.o, s.c = {r["code"]: r for r in s.off}, {r["code"]: r for r in s.cls}
        s.kids = {}
        for r in s.off:
            s.kids.setdefault(r["parent_code"], []).append(r)

    def want(s, w, v):
        if w == "W1" and v["code"] not in s.c:
            return {"item": None}
        if w == "W1" and s.c[v["code"]]["parent_code"] not in s.c:
            row = s.c[v["code"]]
            return {"item": {"code": row["code"], "name": row["name"], "centerName": row["center_name"], "validFrom": row["valid_from"], "validTo": row["valid_to"], "parent": None}}
        if w == "W3":
            rows = [r for r in s.cls if r["region_code"] == v["region"]]
            return {"total": len(rows), "items": [{"code": r["code"], "name": r["name"], "validFrom": r["valid_from"], "validTo": r["valid_to"]} for r in rows[:50]]}
        return super().want(w, v)


class Scale:
    """The classifier alone, of 200,000 or of a million rows, asked for the same codes, places and regions."""

    def __init__(s, name):
        s.name, s.rows = name, None
        regions = ["%02d" % number for number in range(1, 86)]
        draw = random.Random(5)
        # Fourth-level codes up to this ending are in both files.
        codes = [r["code"] for r in bench.load("classifier") if r["parent_code"] and r["code"][8:] <= SHARED_ENDING_MAX]
        s.vars = {
            "W1": [{"code": code} for code in draw.sample(codes, 1000)],
            "W2": [{"offset": offset} for offset in range(0, 190_000, 2_000)],
            "W3": [{"region": region, "at": bench.AT} for region in regions],
            "W4": [{"code": region + "001000000"} for region in regions],
        }

    def read(s):
        s.rows = bench.load(s.name)
        s.by_code = {r["code"]: r for r in s.rows}
        s.kids, s.regions = {}, {}
        for r in s.rows:
            s.kids.setdefault(r["parent_code"], []).append(r)
            if r["valid_from"] <= bench.AT and (r["valid_to"] is None or r["valid_to"] >= bench.AT):
                s.regions.setdefault(r["region_code"], []).append(r)

    def want(s, w, v):
        if s.rows is None:
            s.read()
        if w == "W1":
            r = s.by_code[v["code"]]
            p = s.by_code[r["parent_code"]]
            return {"item": {"code": r["code"], "name": r["name"], "centerName": r["center_name"], "validFrom": r["valid_from"], "validTo": r["valid_to"], "parent": {"code": p["code"], "name": p["name"]}}}
        if w == "W2":
            return {"territories": [{"code": r["code"], "name": r["name"], "centerName": r["center_name"], "parentCode": r["parent_code"], "regionCode": r["region_code"], "validFrom": r["valid_from"], "validTo": r["valid_to"]} for r in s.rows[v["offset"]:v["offset"] + 100]]}
        if w == "W3":
            rows = s.regions.get(v["region"], [])
            return {"total": len(rows), "items": [{"code": r["code"], "name": r["name"], "validFrom": r["valid_from"], "validTo": r["valid_to"]} for r in rows[:50]]}
        short = lambda r: {"code": r["code"], "name": r["name"]}
        children = [dict(short(k), children=[short(g) for g in s.kids.get(k["code"], [])[:12]]) for k in s.kids[v["code"]][:6]]
        return {"territory": dict(short(s.by_code[v["code"]]), children=children)}


class Truths:
    """The truth of the target whose document was asked for last: bench.py knows one truth for all."""

    MADE = {"ours-past": lambda: Dated(PAST), "ours-today": lambda: Dated(TODAY), "ours-200k": lambda: Scale("classifier"), "ours-1m": lambda: Scale("import1m")}

    def __init__(s):
        s.standard = s.current = bench.Truth()
        s.made = {}
        find = bench.doc

        def doc(target, workload):
            name = target["name"]
            if name in s.MADE and name not in s.made:
                s.made[name] = s.MADE[name]()
            s.current = s.made.get(name, s.standard)
            return find(target, workload)

        bench.doc = doc

    @property
    def vars(s):
        return s.current.vars

    def want(s, w, v):
        return s.current.want(w, v)


def prepare(publication):
    """Writes the documents of all variants and adds the targets. `ours` itself stands in the harness already."""
    folder = os.path.join(HARNESS, "targets")
    on = re.compile(r', validOn: "[^"]*"')

    def write(source, target, change):
        os.makedirs(os.path.join(folder, target), exist_ok=True)
        for name in sorted(os.listdir(os.path.join(PEERS, "documents", source))):
            text = open(os.path.join(PEERS, "documents", source, name), encoding="utf-8").read()
            with open(os.path.join(folder, target, name), "w", encoding="utf-8") as file:
                file.write(change(text))

    write("ours", "ours", lambda text: text)
    write("ours", "ours-old", lambda text: on.sub(lambda found: found.group(0) + ", publication: %d" % publication, text))
    write("ours", "ours-past", lambda text: on.sub(', validOn: "%s"' % PAST, text))
    write("ours", "ours-today", lambda text: on.sub("", text))
    write("scale", "ours-scale", lambda text: text)
    path = os.path.join(folder, "targets.json")
    targets = [t for t in json.load(open(path)) if t["name"] not in {name for name, *_ in VARIANTS}]
    targets += [{"name": name, "url": "$" + url, "docs": docs, "pid": pid} for name, url, docs, pid in VARIANTS]
    with open(path, "w") as file:
        json.dump(targets, file, indent=1)


def note(name, value):
    os.makedirs(bench.OUT, exist_ok=True)
    path = os.path.join(bench.OUT, "facts.json")
    facts = json.load(open(path)) if os.path.exists(path) else {}
    facts[name] = value
    with open(path, "w") as file:
        json.dump(facts, file, indent=1, ensure_ascii=False)


def age_s(pid):
    """How long ago a process started."""
    ticks = int(open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[19])
    return float(open("/proc/uptime").read().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


def ready(name, url):
    pid = int(open(os.path.join(bench.RUN, name + ".pid")).read())
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url + "/health/ready", timeout=5):
                seconds, rss = age_s(pid), [bench.rss(name)[0]]
                # What a service still does behind its readiness counts, too.
                for _ in range(SETTLE_S * 10):
                    time.sleep(0.1)
                    rss.append(bench.rss(name)[0])
                note(name, {"ready_s": round(seconds, 2), "rss_ready_mib": rss[0], "rss_settled_mib": max(rss)})
                print("%s is ready %.2f s after its start, %d MiB resident, at most %d and at last %d in %d s after it" % (name, seconds, rss[0], max(rss), rss[-1], SETTLE_S))
                return
        except (OSError, urllib.error.URLError):
            if not os.path.exists("/proc/%d" % pid):
                raise SystemExit("%s ended: see %s" % (name, os.path.join(bench.RUN, name + ".log")))
            time.sleep(0.02)
    raise SystemExit("%s is not ready after two minutes" % name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["prepare", "ready", "note", "check", "run"])
    parser.add_argument("rest", nargs="*")
    parser.add_argument("--publication", type=int, default=3)
    parser.add_argument("--targets")
    parser.add_argument("--workloads", default=",".join(bench.WORKLOADS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--secs", type=int, default=4)
    parser.add_argument("--warm", type=int, default=2)
    parser.add_argument("--conc", default="1,32")
    parser.add_argument("--tag", default="")
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    if arguments.command == "prepare":
        prepare(arguments.publication)
    elif arguments.command == "ready":
        ready(*arguments.rest)
    elif arguments.command == "note":
        note(*arguments.rest)
    elif arguments.command == "check":
        sys.exit(1 if bench.check(arguments, Truths()) else 0)
    else:
        bench.run(arguments, Truths())


main()
