#!/bin/sh
# Starts a private PostgreSQL for tests: a cluster in a new temporary folder, reached by a Unix socket in it and by no port.
# Prints the folder when the server answers, runs until its standard input ends, then stops the server and removes the folder.
# Usage: scripts/postgres.sh            (a test harness holds the other end of its standard input)
#        scripts/postgres.sh COMMAND…   (runs the command with SVOD_TEST_POSTGRES set to the folder)
set -eu

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ] && command -v initdb >/dev/null 2>&1; then
    bin=$(dirname "$(command -v initdb)")
fi
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
    echo "scripts/postgres.sh: no PostgreSQL server is installed; run: make postgres" >&2
    exit 1
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/svod-postgres.XXXXXX")
as_owner=""
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root; Debian's package made the account. Root itself reaches the folder anyway, nobody else does.
    chown postgres "$folder"
    as_owner="runuser -u postgres --"
fi
chmod 700 "$folder"

stop() {
    trap - EXIT INT TERM HUP
    $as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

cd "$folder"
$as_owner "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
$as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 start \
    -o "-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off -c full_page_writes=off -c max_connections=400" >/dev/null

cd "$OLDPWD"
if [ $# -gt 0 ]; then
    status=0
    SVOD_TEST_POSTGRES="$folder" "$@" || status=$?
    exit "$status"
fi
echo "$folder"
cat >/dev/null
