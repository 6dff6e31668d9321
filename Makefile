# The two commands: `make demo` and `make test`. Each sets up what it needs by itself; all state lies in .state/.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

BIN := .state/venv/bin
# Three keep two cores busy, for they wait for databases and browsers; `make test WORKERS=8` on a bigger machine, WORKERS=0
# for a debugger.
WORKERS ?= 3
# Further arguments for pytest, for example: make unit ARGS='-k credit -x'
ARGS ?=
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
DEMO_STATE := .state/demo
# The checks start hundreds of Pythons: each would compile every library anew, for seconds, where nothing may be kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## show this list
	@echo 'make demo     set up what is missing and start the tool and a demo LMS on this machine'
	@echo 'make test     set up what is missing and run every check'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | sort | while IFS='|' read -r name text; do \
	    printf '  %-15s %s\n' "$$name" "$$text"; done
	@echo
	@echo 'Settings: DEMO_PORT, LMS_PORT (demo) · WORKERS, ARGS (checks) · PYTHON, PYTHON312 (which Pythons to use)'

# ---- demo ------------------------------------------------------------------------------------------------------------

.PHONY: demo
demo: ## start the demo; DEMO_PORT=... and LMS_PORT=... choose the ports; Ctrl-C stops it
	@scripts/bootstrap.sh demo
	@exec $(BIN)/cme-tool demo

.PHONY: demo-reset
demo-reset: ## forget everything that happened in the demo
	@rm -rf $(DEMO_STATE)
	@echo 'The demo starts afresh next time.'

# ---- checks ----------------------------------------------------------------------------------------------------------

.PHONY: env test-env
env: ## set up what the demo needs
	@scripts/bootstrap.sh demo
test-env: ## set up what the checks need, the peers' environment included
	@scripts/bootstrap.sh test

.PHONY: test
test: test-env check-lint check-types ## everything: lint, types, architecture and all tests
	@$(PYTEST) $(ARGS)

.PHONY: unit functional browser peers xblock certification architecture migrations deployment
unit functional browser peers xblock certification architecture migrations deployment: test-env
	@$(PYTEST) tests/$@ $(ARGS)
unit: ## tests of single parts
functional: ## the real application against the demo LMS
browser: ## journeys in headless Chromium
peers: ## the tool driven by other people's LTI code
xblock: ## the Open edX block in a real XBlock runtime, with the tool beside it
certification: ## the cases of the 1EdTech certification suites
architecture: ## the rules of the house
migrations: ## migrations up and down on both databases
deployment: ## the shipped units and nginx site, run as they are

.PHONY: lint check-lint
lint: test-env check-lint ## ruff and the import contracts
check-lint:
	@echo 'ruff check' && $(BIN)/ruff check .
	@echo 'ruff format --check' && $(BIN)/ruff format --check .
	@echo 'lint-imports' && $(BIN)/lint-imports --no-logo

.PHONY: types check-types
types: test-env check-types ## mypy, strict
check-types:
	@echo 'mypy' && $(BIN)/mypy $(wildcard lti_tool xblock_cme tutorcme benchmarks tests) setup.py

.PHONY: coverage
coverage: test-env ## all tests with branch coverage; report in .state/coverage/html
	@mkdir -p .state/coverage
	@$(PYTEST) --cov --cov-report=term --cov-report=html:.state/coverage/html $(ARGS)

MINUTES ?= 60
.PHONY: soak
soak: test-env ## mixed load for MINUTES (60) while services, database, LMSs and clocks fail
	@$(BIN)/python -m tests.deployment.soak --minutes $(MINUTES) $(ARGS)

.PHONY: benchmarks
benchmarks: test-env ## what it costs, as ratios in one run
	@$(BIN)/python -m benchmarks $(ARGS)

# ---- upkeep ----------------------------------------------------------------------------------------------------------

.PHONY: format
format: test-env ## put the code into shape
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

.PHONY: lock
lock: test-env ## write requirements/*.txt anew from requirements/*.in; ARGS=--upgrade for newer versions
	@scripts/lock.sh $(ARGS)

.PHONY: clean
clean: ## remove everything that the commands above have made
	@rm -rf .state build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .tox
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
