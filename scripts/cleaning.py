"""Shared helpers of the dictionary and fixture scripts: reading, cleaning, counting, writing."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

NO_BREAK_SPACE = "\u00a0"
STRESS_MARK = "\u0301"


class Tally:
    """Counts what was cleaned, and prints it under the dictionary's name."""

    def __init__(self, dictionary):
        self.dictionary = dictionary
        self.counts = Counter()
        self.notes = []

    def add(self, what, count=1):
        self.counts[what] += count

    def note(self, text):
        self.notes.append(text)

    def report(self, items):
        print(f"{self.dictionary}: {items} items")
        for what, count in self.counts.items():
            print(f"  {count:>5}  {what}")
        for text in self.notes:
            print(f"         {text}")


def read_table(path, encoding="utf-8", delimiter=","):
    """Reads a quoted table with a header row into a list of dicts."""
    with open(path, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def clean_text(text, field, tally):
    """One line of natural Russian text: plain spaces, no edge spaces, angle quotes."""
    if NO_BREAK_SPACE in text:
        tally.add(f"{field}: no-break space -> space")
        text = text.replace(NO_BREAK_SPACE, " ")
    if STRESS_MARK in text:
        tally.add(f"{field}: stress mark removed")
        text = text.replace(STRESS_MARK, "")
    if text != text.strip():
        tally.add(f"{field}: edge spaces removed")
        text = text.strip()
    if "  " in text:
        tally.add(f"{field}: runs of spaces -> one space")
        text = re.sub(" {2,}", " ", text)
    if '"' in text and text.count('"') % 2 == 0:
        tally.add(f"{field}: straight quotes -> angle quotes")
        text = re.sub('"([^"]*)"', r"«\1»", text)
    return text


def replace_counted(text, pattern, replacement, what, tally):
    """Replaces by regular expression and counts the cells that changed."""
    changed = re.sub(pattern, replacement, text)
    if changed != text:
        tally.add(what)
    return changed


def write_items(folder, code, columns, rows, tally):
    """Writes dictionaries/<code>/items.csv: UTF-8, comma, LF, sorted as given."""
    codes = [row["code"] for row in rows]
    repeated = [item for item, count in Counter(codes).items() if count > 1]
    if repeated:
        raise SystemExit(f"{code}: repeated codes {repeated[:5]}")
    known = set(codes)
    dangling = [row["code"] for row in rows if row.get("parent") and row["parent"] not in known]
    if dangling:
        raise SystemExit(f"{code}: no parent for {dangling[:5]}")
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    target = Path(folder) / code
    target.mkdir(parents=True, exist_ok=True)
    (target / "items.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    tally.report(len(rows))
