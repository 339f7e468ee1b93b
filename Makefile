# The one door: `make help` lists what it opens.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# Debian's packages; each is installed only when it is missing, and said aloud.
APT := $(if $(filter 0,$(shell id -u)),,sudo )env DEBIAN_FRONTEND=noninteractive apt-get

.PHONY: help run build console console-embedded console-test console-perf test check fmt bench bench-peers bench-load bench-soak soak fuzz generate postgres nats-server faketime compiler curl nextest node node-new console-packages chromium audit-suite webhook-sdks xmllint validators clean

help: ## List the doors
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: compiler console-embedded ## Build and serve a demo on SQLite with the shipped dictionaries, at http://127.0.0.1:8080
	cargo run --release -- serve --demo

build: compiler console-embedded ## Build the optimised binary, console inside
	cargo build --release

test: compiler postgres nats-server faketime nextest curl audit-suite webhook-sdks xmllint validators ## Run every test on SQLite and PostgreSQL
	scripts/postgres.sh cargo nextest run --lib --bins --tests
	$(MAKE) --no-print-directory console-test

check: compiler console-packages ## Formatting, clippy, documentation, generated files up to date, the console's types and texts
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --quiet
	scripts/generate.sh --check
	$(NPM) run --silent check

generate: compiler ## Write the generated files anew: the definition schema, the SDL and the list of refusals
	scripts/generate.sh

fmt: console-packages ## Format the code
	cargo fmt
	$(NPM) run --silent fmt

console: console-packages ## Build the console into console/dist, from where the binary takes it in
	$(NPM) run --silent build

# A release carries the console inside. Cargo does not see files that are new, so that it is told when another console was built.
console-embedded: console
	@cmp -s console/dist/index.html target/embedded.html || { touch src/http/console.rs; mkdir -p target && cp console/dist/index.html target/embedded.html; }

console-test: compiler console chromium ## Test the console: its logic, and its pages in Chromium against the real binary
	cargo build --bin svod
	$(NPM) run --silent test
	$(NPM) run --silent e2e

bench: compiler postgres nats-server ## Measure what the issues promise, on both engines, and print the tables
	cargo build --release --bench svod
	scripts/postgres.sh cargo bench --bench svod

bench-peers: compiler curl ## Measure Svod beside limits and peers by the harness at PERF=its/folder, into benches/RESULTS.md
	benches/peers/run.sh

bench-load: compiler curl ## Measure what hostile clients get, and what they do to a polite one
	benches/load/run.sh hostile

fuzz: compiler ## Give every parser of files any bytes for FUZZ_S=60 seconds each, and hold plans of queries against plain resolvers over FUZZ_WORLDS=2000 random worlds
	FUZZ_S=$(or $(FUZZ_S),60) scripts/fuzz.sh
	FUZZ_WORLDS=$(or $(FUZZ_WORLDS),2000) cargo test --lib query::tests::differential

bench-soak: compiler curl ## Read and publish for SOAK_S=300 seconds, and say whether memory stays flat
	benches/load/run.sh soak

soak: compiler postgres nextest ## Kill the service again and again while others follow it, for SOAK_S=600 seconds on each engine
	SOAK_S=$(or $(SOAK_S),600) scripts/postgres.sh cargo nextest run --profile soak --test it feed_killed

clean: ## Remove what was built and the data of `make run`
	cargo clean
	rm -rf svod-data

postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || { \
	  echo "Installing PostgreSQL from the distribution: the tests run a private server of it (the package also starts one of its own, unused)."; \
	  $(APT) update && $(APT) install -y --no-install-recommends postgresql; }

nats-server:
	@command -v nats-server >/dev/null 2>&1 || { \
	  echo "Installing nats-server from the distribution: the tests run private servers of it (the package also starts one of its own, unused)."; \
	  $(APT) update && $(APT) install -y --no-install-recommends nats-server; }

faketime:
	@ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || { \
	  echo "Installing faketime from the distribution: the tests let the service's clock jump with its library."; \
	  $(APT) update && $(APT) install -y --no-install-recommends faketime; }

compiler:
	@command -v cargo >/dev/null 2>&1 || { echo "Svod needs a Rust toolchain: https://rustup.rs" >&2; exit 1; }
	@command -v cc >/dev/null 2>&1 && perl -MFindBin -MIPC::Cmd -MFile::Compare -e 1 2>/dev/null || { \
	  echo "Installing a C compiler and Perl from the distribution: SQLite, libpq and OpenSSL are built from source."; \
	  $(APT) update && $(APT) install -y --no-install-recommends build-essential perl; }

curl:
	@command -v curl >/dev/null 2>&1 || { \
	  echo "Installing curl from the distribution: the tests walk through the README with it."; \
	  $(APT) update && $(APT) install -y --no-install-recommends curl; }

xmllint:
	@command -v xmllint >/dev/null 2>&1 || { \
	  echo "Installing libxml2-utils from the distribution: the tests hold exported XML to its published schemas with xmllint."; \
	  $(APT) update && $(APT) install -y --no-install-recommends libxml2-utils; }

node:
	@command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || { \
	  echo "Installing Node.js and npm from the distribution: the tests run npm packages, the audits of GraphQL over HTTP and libraries that receive webhooks."; \
	  $(APT) update && $(APT) install -y --no-install-recommends nodejs npm; }

# Node.js 20 or newer builds the console. Where the distribution's is older, the one that the npm registry carries is put under target/.
NODE_NEW := $(CURDIR)/target/node/node_modules/node/bin
NPM := PATH="$(NODE_NEW):$$PATH" npm --prefix console

node-new: node
	@PATH="$(NODE_NEW):$$PATH" node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' || { \
	  echo "Installing Node.js 22 from the npm registry into target/node: the console is built with Node.js 20 or newer."; \
	  mkdir -p target/node && npm install --prefix target/node --no-package-lock --no-audit --no-fund node@22; }

console-packages: node-new
	@cmp -s console/package-lock.json console/node_modules/.svod-lock || { \
	  echo "Installing the console's npm packages into console/node_modules."; \
	  $(NPM) ci --no-audit --no-fund --loglevel=error && cp console/package-lock.json console/node_modules/.svod-lock; }

chromium:
	@command -v chromium >/dev/null 2>&1 || { \
	  echo "Installing Chromium from the distribution: the console's pages are tested in it."; \
	  $(APT) update && $(APT) install -y --no-install-recommends chromium; }

audit-suite: node
	@cmp -s tests/it/graphql_http/package.json target/graphql-http/package.json && [ -d target/graphql-http/node_modules/graphql-http ] || { \
	  echo "Installing the npm packages graphql-http and graphql into target/graphql-http: the audits of GraphQL over HTTP."; \
	  rm -rf target/graphql-http && mkdir -p target/graphql-http && cp tests/it/graphql_http/package.json target/graphql-http/ && \
	  npm install --prefix target/graphql-http --no-package-lock --no-audit --no-fund; }

webhook-sdks: node
	@cmp -s tests/it/webhook_sdks/package.json target/webhook-sdks/package.json && [ -d target/webhook-sdks/node_modules/standardwebhooks ] || { \
	  echo "Installing the npm packages standardwebhooks and cloudevents into target/webhook-sdks: the tests receive webhooks with them."; \
	  rm -rf target/webhook-sdks && mkdir -p target/webhook-sdks && cp tests/it/webhook_sdks/package.json target/webhook-sdks/ && \
	  npm install --prefix target/webhook-sdks --no-package-lock --no-audit --no-fund; }

validators:
	@python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || { \
	  echo "Installing Python with venv from the distribution: the tests hold exported files and webhooks against Python packages."; \
	  $(APT) update && $(APT) install -y --no-install-recommends python3 python3-venv; }
	@cmp -s tests/validators/requirements.txt target/validators/requirements.txt || { \
	  echo "Installing the Python packages frictionless, fhir.resources, rdflib, standardwebhooks and cloudevents into target/validators: the tests hold exported files and webhooks against them."; \
	  rm -rf target/validators && mkdir -p target && python3 -m venv target/validators && \
	  target/validators/bin/pip install --quiet --disable-pip-version-check -r tests/validators/requirements.txt && \
	  cp tests/validators/requirements.txt target/validators/; }

nextest:
	@command -v cargo-nextest >/dev/null 2>&1 || { \
	  echo "Installing cargo-nextest, the test runner: it is compiled, which takes some minutes once."; \
	  cargo install --locked cargo-nextest --version 0.9.143; }
