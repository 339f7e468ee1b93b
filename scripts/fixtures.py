#!/usr/bin/env python3
"""Builds the data files of tests/fixtures from the collected source files.

    python3 scripts/fixtures.py SOURCES

SOURCES is the folder that holds A_classifiers, B_prosecution and D_nasty. The classifiers are taken
whole; of the awkward tables and of the registers of offices and courts only the rows that a test needs are
kept, byte for byte, except that telephones and mailboxes of the offices are masked. Standard library only;
running it again gives the same bytes. tests/fixtures/README.md says what each file is for.
"""

import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "tests" / "fixtures"
COMPRESS_FROM = 100_000

CLASSIFIERS = [
    "okved2_before-2023-12_rosstat_cp1251.csv",
    "okved2_2023-12-01_rosstat_cp1251.csv",
    "okpd2_2020-07_mosru.csv.gz",
    "okpd2_2022-02_parentcode.json.gz",
    "oktmo_2016_vol5_municipalities.csv",
    "oktmo_2016_vol5_settlements.csv.gz",
    "oktmo_2024_rosstat-layout_region01-03part.csv",
]

NASTY_WHOLE = [
    "budget_expense_types_mos.tsv",
    "budget_functional_codes_mos.tsv",
    "emergency_services_dup_rows.csv",
    "mvd_budget_2012_maccyrillic_cr.txt",
    "nz_orgs_late_nonascii.csv",
    "party_reports_tab-named-csv_ragged.csv",
]

NASTY_FIRST_LINES = {
    "census2002_xls_export_headers.tsv.gz": 2000,
    "mvd_crime_stats_112_cp1251.csv": 2000,
    "mvd_crime_stats_112_utf8.csv": 2000,
}


def read(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def write(folder, name, data, always_compress=False):
    """Writes the file, compressed like `gzip -9 -n` if it is long."""
    name = name.removesuffix(".gz")
    plain = len(data)
    if always_compress or plain > COMPRESS_FROM:
        name, data = name + ".gz", gzip.compress(data, 9, mtime=0)
    path = TARGET / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    print(f"{folder}/{name}: {plain:,} bytes, {len(data):,} stored")


def classifiers(source):
    for name in CLASSIFIERS:
        write("classifiers", name, read(source / name), always_compress=True)


def records(data):
    """Splits CSV bytes into records without changing them: a line break inside quotes does not end one."""
    found, current, inside = [], b"", False
    for line in data.splitlines(keepends=True):
        current += line
        inside ^= line.count(b'"') % 2 == 1
        if not inside:
            found.append(current)
            current = b""
    return found + ([current] if current else [])


def government_domains(data):
    """The header, the rows with a line break, a no-break space or a repeated domain, and the first others."""
    header, *rows = records(data)
    domains = Counter(row.split(b",", 1)[0] for row in rows)
    left = {"quoted quotes": 100, "ordinary": 600}
    kept = []
    for row in rows:
        awkward = b"\n" in row[:-1] or "\u00a0".encode() in row or domains[row.split(b",", 1)[0]] > 1
        sort = "quoted quotes" if b'"""' in row else "ordinary"
        if awkward or left[sort] > 0:
            kept.append(row)
            left[sort] -= not awkward
    return header + b"".join(kept)


def nasty(source):
    for name in NASTY_WHOLE:
        write("nasty", name, read(source / name))
    for name, count in NASTY_FIRST_LINES.items():
        write("nasty", name, b"".join(read(source / name).splitlines(keepends=True)[:count]))
    name = "gov_domains_bom_multiline.csv.gz"
    write("nasty", name, government_domains(read(source / name)))


# Which offices to keep: how many of each sort, in the order of the file.
WANTED = [
    (6, lambda raw, edited: True),
    (2, lambda raw, edited: '"' in raw[1]),
    (5, lambda raw, edited: '"' in edited),
    (12, lambda raw, edited: '"' in raw[5]),
    (8, lambda raw, edited: "\u00a0" in raw[5]),
    (7, lambda raw, edited: raw[1] != raw[1].strip(" ")),
    (6, lambda raw, edited: raw[5] != raw[5].strip(" ")),
    (2, lambda raw, edited: "учрежденияx" in raw[1] or "учереждениях" in raw[1]),
    (2, lambda raw, edited: "?" in raw[5]),
    (3, lambda raw, edited: raw[4].count("@") > 1),
    (3, lambda raw, edited: not raw[4].strip()),
    (9, lambda raw, edited: raw[7] in KEPT_CODES),
]

# The root, Moscow and its oblast, Nenets, Tyumen and its two districts, Baikonur.
KEPT_CODES = set(
    "402651553 344549213 359996669 382220587 360082830 360145573 360146986 360147581 359996346".split()
)


def masked(line):
    """Masks telephone and mailboxes; quotes, spaces and everything else stay as they are."""
    fields = line.split(";", 5)
    fields[3] = re.sub(r"\S(.*\S)?", "0-000-000", fields[3], flags=re.DOTALL)
    fields[4] = re.sub(r"[^\s,]+", "masked@example.org", fields[4])
    return ";".join(fields)


def offices(source):
    names = ["offices_esnsi_raw_cp1251.csv", "offices_esnsi_edited_cp1251.csv"]
    raw, edited = [read(source / name).decode("windows-1251").split("\n") for name in names]
    kept = set()
    for count, matches in WANTED:
        for index in range(1, len(raw) - 1):
            if count and index not in kept and matches(raw[index].split(";"), edited[index]):
                kept.add(index)
                count -= 1
    for name, lines in zip(names, (raw, edited)):
        text = "\n".join([lines[0]] + [masked(lines[index]) for index in sorted(kept)] + [""])
        write("offices", name, text.encode("windows-1251"))


# Bashkortostan, whose names end in spaces, the Jewish Autonomous Oblast, and Chechnya, where every code begins otherwise.
COURT_REGIONS = ["79", "03", "95"]


def courts(source):
    name = "courts_vnkod_2023-11-18.json"
    by_region = json.loads(read(source / name))
    kept = {region: by_region[region] for region in by_region if region in COURT_REGIONS}
    write("courts", name, json.dumps(kept, ensure_ascii=False, indent=4).encode())


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sources = Path(sys.argv[1])
    classifiers(sources / "A_classifiers")
    nasty(sources / "D_nasty")
    offices(sources / "B_prosecution")
    courts(sources / "B_prosecution")


if __name__ == "__main__":
    main()
