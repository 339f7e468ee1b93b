#!/usr/bin/env python3
"""Hostile load: one attack at a time and then all together, while a polite client asks for items by code (W1).

hostile.py --port PORT --pid PID --codes classifier.csv [--seconds 10] [--only NAME…] [--import 'COMMAND'] [--table FILE]
Prints for each attack what the service answered, how long that took, what the polite client saw and what memory the service took.
Attackers run at a low priority and the polite client at a high one where the system lets them, since on one machine they would
otherwise measure each other's share of the cores. It starts no service (run.sh) and reaches this machine only."""
import argparse, collections, csv, itertools, multiprocessing, random, resource, subprocess, sys, threading, time

import attacks
from wire import Connection, be_nice, post, quantile, resident_mib, said

POLITE_EVERY_S = 0.005
POLITE_P99_GOAL_MS, REFUSED_GOAL_MS, IMPORT_P99_GOAL_MS = 20.0, 10.0, 5.0
PROBES = 30
W1 = 'query W1($code: ID!) { item: territory(code: $code, validOn: "2020-12-31") { code name centerName validFrom validTo parent { code name } } }'
HEAD = ["attack", "answered", "alone: median / max, ms", "under load: answers, median / max ms", "polite p50 / p99 / max, ms", "RSS before → peak → after, MiB", "goal"]


def polite(port, codes, stop, queue):
    """Asks every 5 ms over one connection until it is told to stop; tells every time in milliseconds."""
    be_nice(-10)
    connection, times, failed = Connection(port), [], 0
    requests = [post(W1, code=code) for code in codes]
    due = time.perf_counter()
    for request in itertools.cycle(requests):
        if stop.is_set():
            break
        began = time.perf_counter()
        try:
            status, body = connection.ask(request)
            failed += status != 200 or b'"errors"' in body
        except OSError:
            failed += 1
        ended = time.perf_counter()
        times.append((ended - began) * 1e3)
        due = max(due + POLITE_EVERY_S, ended)
        time.sleep(max(0.0, due - time.perf_counter()))
    queue.put((times, failed))


def flood(port, number, share, until, count_max, rate_max, queue):
    """One connection of an attack: asks until the time or the count is up."""
    be_nice(10)
    attack = attacks.ASKED[number]
    connection, answers, times = Connection(port), collections.Counter(), []
    every, due = 1.0 / rate_max, time.monotonic()
    for request in itertools.islice(attack.requests(), share, share + count_max):
        if time.monotonic() >= until:
            break
        began = time.perf_counter()
        try:
            answers[said(*connection.ask(request))] += 1
        except OSError as error:
            answers[type(error).__name__] += 1
        times.append((time.perf_counter() - began) * 1e3)
        due = max(due + every, time.monotonic() - 0.1)
        time.sleep(max(0.0, due - time.monotonic()))
    queue.put((dict(answers), times))


def hold(port, number, until, queue):
    be_nice(10)
    outcome, opened = attacks.HELD[number].hold(port, until)
    for connection in opened:
        connection.close()
    queue.put((outcome, []))


class Watch:
    """The polite client and the memory of the service while a block runs."""

    def __init__(self, port, pid, codes):
        self.port, self.pid, self.codes = port, pid, codes

    def __enter__(self):
        self.before = self.peak = resident_mib(self.pid)
        self.stop, self.queue = multiprocessing.Event(), multiprocessing.Queue()
        self.process = multiprocessing.Process(target=polite, args=(self.port, self.codes, self.stop, self.queue))
        self.process.start()
        self.sampler = threading.Thread(target=self.sample)
        self.sampler.start()
        return self

    def sample(self):
        while not self.stop.is_set():
            self.peak = max(self.peak, resident_mib(self.pid))
            time.sleep(0.1)

    def __exit__(self, *_):
        self.stop.set()
        times, self.failed = self.queue.get(timeout=60)
        self.process.join()
        self.sampler.join()
        times.sort()
        self.p50, self.p99, self.max = quantile(times, 0.5), quantile(times, 0.99), times[-1]
        time.sleep(2)
        self.after = resident_mib(self.pid)

    def polite(self):
        return "%.2f / %.2f / %.1f%s" % (self.p50, self.p99, self.max, ", %d failed" % self.failed if self.failed else "")

    def memory(self):
        return "%.0f → %.0f → %.0f" % (self.before, self.peak, self.after)


def probe(port, attack):
    """What one request of an attack gets from a service that does nothing else, and in how many milliseconds."""
    connection, answers, times = Connection(port, 60.0), collections.Counter(), []
    until = time.monotonic() + 20
    for request in itertools.islice(attack.requests(), PROBES):
        began = time.perf_counter()
        try:
            answers[said(*connection.ask(request))] += 1
        except OSError as error:
            answers[type(error).__name__] += 1
        times.append((time.perf_counter() - began) * 1e3)
        if time.monotonic() > until:
            break
    connection.close()
    return answers, sorted(times)


def told(answers):
    found = collections.Counter(answers).most_common(3)
    total = sum(answers.values())
    return found[0][0] if len(found) == 1 else ", ".join("%s (%.0f %%)" % (name, 100 * count / total) for name, count in found)


def verdict(goals):
    missed = [text for is_met, text in goals if not is_met]
    return "reached" if not missed else "**missed: %s**" % ", ".join(missed)


class Siege:
    def __init__(self, arguments, codes):
        self.arguments, self.codes, self.rows = arguments, codes, []

    def watch(self):
        return Watch(self.arguments.port, self.arguments.pid, self.codes)

    def row(self, *cells):
        self.rows.append(cells)
        print("| " + " | ".join(cells) + " |", flush=True)

    def start(self, chosen, seconds, connections):
        """Begins attacks; gives the processes and what they will tell."""
        queue, processes, until = multiprocessing.Queue(), [], time.monotonic() + seconds
        for attack in chosen:
            if attack in attacks.HELD:
                processes.append(multiprocessing.Process(target=hold, args=(self.arguments.port, attacks.HELD.index(attack), until, queue)))
                continue
            for share in range(connections):
                bounds = (until, attack.count_max // connections, attack.rate_max / connections)
                processes.append(multiprocessing.Process(target=flood, args=(self.arguments.port, attacks.ASKED.index(attack), share, *bounds, queue)))
        for process in processes:
            process.start()
        return processes, queue

    def finish(self, processes, queue):
        # The longest answer may be waited for, then the queue must be emptied before its writers can end.
        told = [queue.get(timeout=120) for _ in processes]
        for process in processes:
            process.join()
        return told

    def polite_goal(self, watch, goal):
        said = "polite p99 %.1f ms" % watch.p99
        return watch.p99 < goal and not watch.failed, said + (" and %d without an answer" % watch.failed if watch.failed else "")

    def alone(self):
        with self.watch() as watch:
            time.sleep(self.arguments.seconds)
        self.row("none", "–", "–", "–", watch.polite(), watch.memory(), "–")

    def one(self, attack):
        seconds = attack.seconds or self.arguments.seconds
        alone, probed = probe(self.arguments.port, attack)
        with self.watch() as watch:
            outcomes = self.finish(*self.start([attack], seconds, self.arguments.connections))
        answers, times = collections.Counter(), []
        for counted, took in outcomes:
            answers.update(counted)
            times += took
        times.sort()
        goals = [self.polite_goal(watch, POLITE_P99_GOAL_MS)]
        if attack.is_refused:
            goals.append((quantile(probed, 0.9) < REFUSED_GOAL_MS and not any("data" in name for name in alone), "refused in %.1f ms" % quantile(probed, 0.9)))
        self.row(attack.name, told(alone + answers), "%.2f / %.1f" % (quantile(probed, 0.5), probed[-1]),
                 "%d, %.2f / %.0f" % (len(times), quantile(times, 0.5), times[-1] if times else 0), watch.polite(), watch.memory(), verdict(goals))

    def held(self, attack):
        with self.watch() as watch:
            (outcome, _), = self.finish(*self.start([attack], self.arguments.seconds, 1))
        self.row(attack.name, outcome, "–", "–", watch.polite(), watch.memory(), verdict([self.polite_goal(watch, POLITE_P99_GOAL_MS)]))

    def together(self):
        with self.watch() as watch:
            outcomes = self.finish(*self.start(attacks.ASKED + attacks.HELD, 2 * self.arguments.seconds, 1))
        answers = sum((collections.Counter(counted) for counted, _ in outcomes if isinstance(counted, dict)), collections.Counter())
        times = sorted(itertools.chain.from_iterable(took for _, took in outcomes))
        self.row("all of them together", told(answers), "–", "%d, %.2f / %.0f" % (len(times), quantile(times, 0.5), times[-1]),
                 watch.polite(), watch.memory(), verdict([self.polite_goal(watch, POLITE_P99_GOAL_MS)]))

    def loading(self, command):
        with self.watch() as watch:
            began = time.monotonic()
            outcome = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=600)
            seconds = time.monotonic() - began
            time.sleep(2)
        answer = "published in %.1f s" % seconds if outcome.returncode == 0 else "FAILED: %s" % outcome.stderr[-200:]
        self.row("import of 100,000 rows by another process", answer, "–", "–", watch.polite(), watch.memory(), verdict([self.polite_goal(watch, IMPORT_P99_GOAL_MS)]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--codes", required=True)
    parser.add_argument("--title", default="")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", action="append")
    parser.add_argument("--import", dest="loading")
    parser.add_argument("--table")
    arguments = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))
    with open(arguments.codes, newline="", encoding="utf-8") as file:
        codes = [row["code"] for row in csv.DictReader(file) if row["parent_code"]]
    siege = Siege(arguments, random.Random(5).sample(codes, 1000))
    is_asked = lambda name: not arguments.only or any(part in name for part in arguments.only)
    print("\n%s\n\n| %s |\n|%s" % (arguments.title, " | ".join(HEAD), "---|" * len(HEAD)), flush=True)
    siege.alone()
    for attack in attacks.ASKED:
        if is_asked(attack.name):
            siege.one(attack)
    for attack in attacks.HELD:
        if is_asked(attack.name):
            siege.held(attack)
    if is_asked("together"):
        siege.together()
    if arguments.loading:
        siege.loading(arguments.loading)
    if arguments.table:
        with open(arguments.table, "a", encoding="utf-8") as file:
            lines = ["| " + " | ".join(cells) + " |" for cells in [HEAD, ["---"] * len(HEAD), *siege.rows]]
            file.write("%s\n\n%s\n\n" % (arguments.title, "\n".join(lines)))
    sys.exit(0)


if __name__ == "__main__":
    main()
