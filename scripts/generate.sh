#!/bin/sh
# Writes the files that the binary generates, or with --check says which of them are out of date.
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet
svod="${CARGO_TARGET_DIR:-target}/debug/svod"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$svod" dictionary schema > "$folder/dictionary.schema.json"
"$svod" sdl dictionaries > "$folder/data.graphql"
"$svod" sdl --management > "$folder/schema.graphql"
"$svod" refusals > "$folder/refusals.json"
"$svod" refusals --markdown > "$folder/refusals.md"
status=0
for pair in dictionary.schema.json:dictionaries/dictionary.schema.json data.graphql:graphql/data.graphql \
    schema.graphql:graphql/schema.graphql refusals.json:graphql/refusals.json refusals.md:docs/refusals.md; do
    made="$folder/${pair%%:*}"
    kept="${pair#*:}"
    if [ "${1:-}" = --check ]; then
        cmp -s "$made" "$kept" || { echo "$kept is out of date: run make generate" >&2; status=1; }
    else
        mkdir -p "$(dirname "$kept")"
        cp "$made" "$kept"
    fi
done
exit $status
