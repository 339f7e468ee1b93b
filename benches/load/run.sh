#!/usr/bin/env bash
# Hostile load and soak against a Svod of its own, with default settings, on this machine only.
# Usage: run.sh hostile | soak
# Settings (environment):
#   PERF_WORK        the data set of `make bench-peers` and the databases (${TMPDIR:-/tmp}/dict-perf); made by $PERF/gen/gen.py when missing
#   SVOD             a binary of Svod, instead of building one
#   SOAK_S ATTACK_S  300 seconds of soak, 10 seconds of each attack
#   ONLY             a part of the name of the attacks to run
#   EXTRA            more settings for `svod serve`
set -euo pipefail
load=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$load/../.." && pwd)
PERF=${PERF:-}
PERF_WORK=${PERF_WORK:-${TMPDIR:-/tmp}/dict-perf}
export DATA=$PERF_WORK/data
port=7720
out=$PERF_WORK/out
mkdir -p "$DATA" "$out" "$PERF_WORK/run" "$PERF_WORK/svod/no-dictionaries"

if [ ! -f "$DATA/import_bad.csv" ]; then
  if [ ! -f "$PERF/gen/gen.py" ]; then
    echo "bench-load: the data set is not there yet and its generator is not at $PERF/gen/gen.py; say where the harness lies: make bench-load PERF=/its/folder" >&2
    exit 1
  fi
  python3 "$PERF/gen/gen.py" "$DATA"
fi
if [ -z "${SVOD:-}" ]; then
  (cd "$root" && cargo build --release --quiet)
  SVOD=${CARGO_TARGET_DIR:-$root/target}/release/svod
fi
export SVOD

pid=
stop() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
  pid=
}
trap stop EXIT

serve() { # serve NAME CLASSIFIER : a database made anew, since what is measured publishes into it
  stop
  url=sqlite:$PERF_WORK/svod/load_$1.db
  "$root/benches/peers/database.sh" "$url" "$DATA/$2"
  # shellcheck disable=SC2086  # EXTRA holds several words.
  "$SVOD" serve --listen 127.0.0.1:$port --database-url "$url" --dictionaries "$PERF_WORK/svod/no-dictionaries" ${EXTRA:-} >"$PERF_WORK/run/load_$1.log" 2>&1 &
  pid=$!
  for _ in $(seq 1200); do
    curl -sf -o /dev/null "http://127.0.0.1:$port/health/ready" && return 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "bench-load: the service did not become ready; see $PERF_WORK/run/load_$1.log" >&2
  exit 1
}

import() { # What publishes a file of the classifier's form into the database being served.
  echo "SVOD_LOG_FILTER=warn $SVOD import classifier $1 --publish --database-url $url"
}
# The other 100,000 rows give other dates to the same codes: some that ended hold again.
whole="--restore --header --columns code,name,parent,center_name,region,valid_from,valid_to"

[ $# = 1 ] || { sed -n 3p "$0" >&2; exit 1; }

# The report takes the tables up as they are, whenever they were made: each says of what.
made_of="Measured on $(date +%F) at commit $(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || echo unknown), by \`make bench-${1/hostile/load}\`."

case "${1:-}" in
hostile)
  only=()
  if [ -n "${ONLY:-}" ]; then only=(--only "$ONLY"); fi
  printf '%s\n\n' "$made_of" >"$out/hostile.md"
  serve 1m import1m.csv
  python3 "$load/hostile.py" --port $port --pid "$pid" --codes "$DATA/classifier.csv" --seconds "${ATTACK_S:-10}" --table "$out/hostile.md" "${only[@]}" \
    --title "1,000,000 territories and 2,500 offices" --import "$(import "$DATA/import100k.csv $whole")"
  serve 200k classifier.csv
  python3 "$load/hostile.py" --port $port --pid "$pid" --codes "$DATA/classifier.csv" --seconds "${ATTACK_S:-10}" --table "$out/hostile.md" --only none \
    --title "200,000 territories and 2,500 offices" --import "$(import "$DATA/import100k.csv $whole")" ;;
soak)
  serve 200k classifier.csv
  printf '%s\n\n' "$made_of" >"$out/soak.md"
  python3 "$load/soak.py" --port $port --pid "$pid" --data "$DATA" --seconds "${SOAK_S:-300}" --table "$out/soak.md" --publish "$(import '{file}')" ;;
*)
  sed -n 3p "$0" >&2
  exit 1 ;;
esac
