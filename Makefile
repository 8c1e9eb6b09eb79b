PYTHON ?= python3
UPGRADE ?=
TESTS ?= tests
WORKERS ?= auto

BIN := .venv/bin
UV := $(BIN)/uv
OWN := libs/common $(sort $(dir $(wildcard services/*/pyproject.toml))) deploy/embedded
OWN_SETTINGS := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml deploy/embedded/pyproject.toml)
OWN_NAMES := candor candor-common candor-intake candor-triage candor-sla-timer candor-notifier candor-feedback
OWN_SOURCES := libs services deploy tests

# Compiled here, since where Python may not write byte code every start would compile everything anew, for seconds.
INSTALL_OWN = $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(patsubst %,-e %,$(OWN)) \
	&& $(BIN)/python -m compileall -q libs services deploy
INSTALL_LOCK = $(UV) pip install --python $(BIN)/python --compile-bytecode --require-hashes -r
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help run demo tour test check bench faults compose-test kafka postgres contract format lock clean
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.run ## start Candor on this machine, all five services in one process
	@$(BIN)/candor up

demo: .venv/.run ## play a day of a hosting company in half a minute, then look around until Ctrl-C
	@$(BIN)/candor demo

test: .venv/.dev ## run the tests (TESTS=tests/unit for some of them, WORKERS=0 for one at a time)
	@$(BIN)/python -m pytest -n $(WORKERS) --durations=15 --durations-min=0.5 $(TESTS)

check: .venv/.dev ## format, lint, types, imports, known vulnerabilities
	@echo "· format"; $(BIN)/ruff format --check --quiet $(OWN_SOURCES) || { echo "  make format mends this"; exit 1; }
	@echo "· lint"; $(BIN)/ruff check --quiet $(OWN_SOURCES)
	@echo "· types"; $(BIN)/mypy
	@echo "· imports"; $(BIN)/lint-imports --no-logo
	@echo "· event contract"; $(BIN)/python -m candor_common.contract --check docs
	@echo "· API contract"; $(BIN)/python -m tests.contract.openapi --check docs
	@echo "· known vulnerabilities"; $(BIN)/python -m tests.tools.audit requirements.lock

bench: .venv/.dev ## measure throughput and latency
	@$(BIN)/python -m tests.bench

fuzz: .venv/.dev ## feed every parser and every operation with nonsense (FUZZ="--seconds 300 mail" for one of them)
	@$(BIN)/python -m tests.fuzz $(FUZZ)

faults: .venv/.dev ## break things on purpose and check that nothing is lost
	@$(BIN)/python -m tests.faults

compose-test: .venv/.dev ## build the stack, break, upgrade and restore it; needs a container engine
	@$(BIN)/python -m tests.compose

tour: .venv/.dev ## take the pictures of docs/tour.md anew, with chromium
	@$(BIN)/python -m tests.tools.tour

kafka: .venv/.dev ## a real Kafka on 127.0.0.1:9092 with throw-away data, until Ctrl-C
	@$(BIN)/python -m tests.servers kafka

postgres: .venv/.dev ## a real PostgreSQL on 127.0.0.1:55432 with throw-away data, until Ctrl-C
	@$(BIN)/python -m tests.servers postgres

contract: .venv/.dev ## write the JSON Schemas, the AsyncAPI and OpenAPI documents and docs/events.md from the models
	@$(BIN)/python -m candor_common.contract docs
	@$(BIN)/python -m tests.contract.openapi docs

format: .venv/.dev ## format the code and mend what can be mended
	@$(BIN)/ruff check --fix --quiet $(OWN_SOURCES); $(BIN)/ruff format $(OWN_SOURCES)

lock: .venv/.uv ## write both lock files anew (UPGRADE=--upgrade for newer versions)
	@$(COMPILE) $(patsubst %,--no-emit-package %,$(OWN_NAMES)) --group build $(OWN_SETTINGS) -o requirements.lock
	@$(COMPILE) -c requirements.lock --group dev requirements.lock -o requirements-dev.lock
	@! grep -n '://' requirements.lock requirements-dev.lock

clean: ## remove everything that make has made
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find $(OWN_SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Candor needs Python 3.11 or newer, which '$(PYTHON)' is not: install it, then: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making .venv"
	@$(PYTHON) -m venv --clear .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	@touch $@

.venv/.run: requirements.lock $(OWN_SETTINGS) | .venv/.uv
	@echo "Installing what Candor runs on"
	@$(INSTALL_LOCK) requirements.lock
	@$(INSTALL_OWN)
	@touch $@

.venv/.dev: requirements-dev.lock requirements.lock $(OWN_SETTINGS) | .venv/.uv
	@echo "Installing what Candor runs on and is tested with"
	@$(INSTALL_LOCK) requirements-dev.lock
	@$(INSTALL_OWN)
	@echo "Fetching Kafka for the tests"
	@$(BIN)/python -m tests.servers fetch
	@touch .venv/.run $@
