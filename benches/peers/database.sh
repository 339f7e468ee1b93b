#!/usr/bin/env bash
# Makes a database of the benchmark anew: the definitions, the offices, the classifier, and then 100 changed rows of each.
# Usage: database.sh URL CLASSIFIER.csv    (SVOD names the binary, DATA the folder of the files, PGBIN that of PostgreSQL's programs)
# Publications: 1 the definitions, 2 the offices, 3 the classifier, 4 and 5 the changed rows; 3 is the older one that is read.
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
url=$1 classifier=$2
export SVOD_LOG_FILTER=warn
case "$url" in
sqlite:*)
  mkdir -p "$(dirname "${url#sqlite:}")"
  rm -f "${url#sqlite:}" "${url#sqlite:}-wal" "${url#sqlite:}-shm" ;;
postgres:*)
  "$PGBIN/psql" -qX -d postgres -c "DROP DATABASE IF EXISTS \"${url##*/}\" WITH (FORCE)" -c "CREATE DATABASE \"${url##*/}\"" ;;
esac

# The end of a row in the files is its last day, and in Svod the first day after. They are loaded as they stand, so an item ends a day
# earlier than the truth of the harness thinks; W3, which alone asks for a date, asks for the day before instead (documents/ours/W3.graphql).
"$SVOD" dictionary apply "$folder/dictionaries" --publish --database-url "$url" >/dev/null
"$SVOD" import offices "$DATA/offices.csv" --header --columns code,name,short_name,parent,region,kind,valid_from,valid_to --publish --database-url "$url" >/dev/null
"$SVOD" import classifier "$classifier" --header --columns code,name,parent,center_name,region,valid_from,valid_to --publish --database-url "$url" >/dev/null

# Every n-th row says its dates again, since a row without dates would hold from today and split the item in two.
changes=$(mktemp -d)
trap 'rm -rf "$changes"' EXIT
changed() { # changed DICTIONARY FILE : 100 rows of the file with a remark
  python3 - "$2" >"$changes/$1.csv" <<'P'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")))
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["code", "remark", "valid_from", "valid_to"])
for row in rows[:: len(rows) // 100][:100]:
    out.writerow([row["code"], "уточнено", row["valid_from"], row["valid_to"]])
P
  "$SVOD" import "$1" "$changes/$1.csv" --publish --database-url "$url" >/dev/null
}
changed offices "$DATA/offices.csv"
changed classifier "$classifier"
