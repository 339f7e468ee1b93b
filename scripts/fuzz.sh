#!/bin/sh
# Gives every parser of files any bytes for a while: each target of fuzz/ for FUZZ_S seconds (60), or only those that are named.
# What crashes, hangs or takes too much memory stays in fuzz/artifacts, and ends the run.
# Usage: scripts/fuzz.sh [TARGET…]
set -eu

cd "$(dirname "$0")/.."
seconds=${FUZZ_S:-60}
toolchain=${FUZZ_TOOLCHAIN:-nightly}

if ! command -v rustup >/dev/null 2>&1; then
    echo "scripts/fuzz.sh: cargo-fuzz needs a nightly toolchain, and rustup to install it: https://rustup.rs" >&2
    exit 1
fi
if ! rustup run "$toolchain" rustc --version >/dev/null 2>&1; then
    echo "Installing the Rust toolchain $toolchain: the sanitizers that fuzzing needs are in no stable one."
    rustup toolchain install "$toolchain" --profile minimal --no-self-update
fi
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "Installing cargo-fuzz: it is compiled, which takes a minute once."
    cargo install --locked cargo-fuzz --version 0.13.2
fi

# fuzz/ takes in the library's floors as sources, so both must name the same versions.
differing=$(sed -n '/^\[dependencies\]/,/^$/p' fuzz/Cargo.toml | grep ' = ' | grep -v '^libfuzzer-sys ' | grep -vxFf Cargo.toml || true)
if [ -n "$differing" ]; then
    echo "scripts/fuzz.sh: these lines of fuzz/Cargo.toml are not in Cargo.toml, make them the same:" >&2
    echo "$differing" >&2
    exit 1
fi

# Where to begin: files of the formats, by target.
seeds() {
    case $1 in
        definition_file) echo dictionaries tests/fixtures/classifiers/okved2 tests/fixtures/classifiers/oktmo_2024 ;;
        csv | definition_draft) echo tests/fixtures/offices tests/fixtures/nasty tests/fixtures/formats ;;
        *) for folder in "fuzz/seeds/$1" "tests/fixtures/$1" tests/fixtures/formats; do [ ! -d "$folder" ] || echo "$folder"; done ;;
    esac
}

targets=${*:-$(cargo "+$toolchain" fuzz list)}
cargo "+$toolchain" fuzz build
mkdir -p fuzz/artifacts
for target in $targets; do
    mkdir -p "fuzz/corpus/$target"
    log="fuzz/artifacts/$target.log"
    # Seeds that are long are cut: what matters in a file is near its beginning. Safe Rust leaks nothing that grows, and the search for
    # leaks takes the destructors of a thread that was just started for one.
    # shellcheck disable=SC2046
    if cargo "+$toolchain" fuzz run "$target" "fuzz/corpus/$target" $(seeds "$target") -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -detect_leaks=0 -print_final_stats=1 -verbosity=0 >"$log" 2>&1; then
        echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s," \
            "$(sed -n 's/^stat::peak_rss_mb: *//p' "$log") MB at most, nothing found"
    else
        tail -n 60 "$log" >&2
        echo "scripts/fuzz.sh: $target was broken, see above and $log; the input is in fuzz/artifacts/$target" >&2
        exit 1
    fi
done
