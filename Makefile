# `make demo` and `make test` do all the set-up by themselves.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
COMPILE = $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
# Tests wait more than they compute: two for each core. Bytecode is kept, or hundreds of Pythons would compile it anew.
TEST_WORKERS ?= 4
FAULT_WORKERS ?= 2
# Programs of the benchmarks, in environments of their own.
PEERS = $(addprefix benchmarks/,peers/duckdb_copy peers/polars_adbc peers/dlt_files peers/celery_pickle plot)
PYTEST  = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-unified test test-fast test-all test-long faults bench docs check format lock clean

help:            ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*##/  make \1\t/' | expand -t 20

setup: $(VENV)/.ready   ## .venv with sluice in it

$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "setting up $(VENV) (once) ..."
	@if command -v uv >/dev/null 2>&1; then \
	  { [ -x $(BIN)/python ] || uv venv --quiet --python $(PYTHON) $(VENV); } && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  { [ -x $(BIN)/pip ] || $(PYTHON) -m venv $(VENV); } && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@

demo: setup      ## load 200,000 generated rows with two worker processes
	@$(BIN)/python -m sluice demo

demo-unified: setup   ## files, an API and a database into one table, served as JSON until Ctrl-C
	@$(BIN)/python -m sluice demo unified_sales

test: setup      ## the tests, with real servers and workers, below 10 minutes: without those marked slow
	@$(PYTEST) -n $(TEST_WORKERS) -m "not slow"

test-fast: setup ## unit tests alone, a minute
	@$(PYTEST) -n $(TEST_WORKERS) tests/unit

test-all: setup  ## every test: what CI runs
	@$(PYTEST) -n $(TEST_WORKERS)

test-long: setup ## every test, with many more generated inputs and histories, new ones each time
	@SLUICE_TEST_LONG=1 $(PYTEST) -n $(TEST_WORKERS)

faults: setup    ## every fault, and a table: outcome, seconds to recover; REPEAT=10 runs each 10 times, ONLY=redis some
	@$(PYTEST) -n $(FAULT_WORKERS) tests/faults --recovery --repeat=$(or $(REPEAT),1) $(if $(ONLY),-k "$(ONLY)")

bench: setup     ## speed compared with psql \copy and others, some minutes; BENCH="--rows 200000", "--only peers", "--targets"
	@$(BIN)/python -m benchmarks $(BENCH)

docs: $(VENV)/.docs-ready   ## the documents as a site, in site/; warnings are errors
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "site/index.html is the first page; with search: $(BIN)/python -m http.server --directory site"

$(VENV)/.docs-ready: docs/requirements.lock | setup
	@echo "setting up what builds the site (once) ..."
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --require-hashes -r docs/requirements.lock
	@touch $@

check: setup     ## format, lint, types, import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup    ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: setup      ## pin every dependency by hash, for every platform and Python, with no registry's address
	@$(COMPILE) --extra embedded --extra web --extra dev pyproject.toml --output-file requirements.lock
	@$(COMPILE) --no-annotate --constraints requirements.lock --extra web pyproject.toml --output-file deploy/runtime.lock
	@$(COMPILE) --constraints requirements.lock --extra docs pyproject.toml --output-file docs/requirements.lock
	@for each in $(PEERS); do $(COMPILE) --no-annotate $$each/requirements.in --output-file $$each/requirements.lock; done
	@echo setuptools | $(COMPILE) --no-annotate --constraints requirements.lock - --output-file deploy/build.lock

clean:           ## remove what make made (not your data under .sluice)
	rm -rf $(VENV) build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
