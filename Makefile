# Every chore by name; `make` alone lists them. ARGS="…" goes to the program behind a target.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Without bytecode every process compiles all its libraries anew: three times slower starts.
unexport PYTHONDONTWRITEBYTECODE
# A virtual environment that happens to be active is not ours.
unexport VIRTUAL_ENV PYTHONHOME

ARGS ?=
BIN := $(CURDIR)/.venv/bin
PYTHON_BIN := $(BIN)/python
UV := VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv
# The project's own Node stands first, so that a system one is never picked up.
WITH_NODE := PATH="$(BIN):$$PATH"
NPM_INSTALL := $(BIN)/npm install --no-audit --no-fund --loglevel=error

BOOTSTRAPPED := .venv/.bootstrapped
SYSTEM := .venv/.system-packages
PYTHON_DEPS := .venv/.python-dependencies
WEB_DEPS := web/node_modules/.installed
CODEGEN_DEPS := web/codegen/node_modules/.installed
UI := src/infrastudio/server/ui/index.html
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts web/tsconfig.json -type f -not -name '*.test.ts*' 2>/dev/null)

# They import what only environments of their own have.
SOAK_CLIENTS := ^benchmarks/soak/clients/

.PHONY: help setup demo up dev test check e2e soak bench wheel format lock generate clean \
	check-format check-lint check-types check-imports check-web check-sizes check-generated

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(PYTHON_DEPS) $(WEB_DEPS) $(CODEGEN_DEPS) $(UI) $(SYSTEM) ## Install what is locked into .venv and web/, build the UI
	@:

$(BOOTSTRAPPED): tools/bootstrap.sh tools/uv.lock
	@sh tools/bootstrap.sh </dev/null
	@touch $@

# `uv pip sync` removes what the lock lacks, the project itself too: sync first, then install it.
$(PYTHON_DEPS): $(BOOTSTRAPPED) requirements.lock pyproject.toml
	@echo "setup: Python dependencies"
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements.lock
	@$(UV) pip install --quiet --no-deps --editable .
	@$(PYTHON_BIN) -m compileall -q src
	@touch $@

$(WEB_DEPS): $(PYTHON_DEPS) web/package.json web/package-lock.json web/.npmrc
	@echo "setup: web dependencies"
	@cd web && $(WITH_NODE) $(NPM_INSTALL) </dev/null
	@touch $@

$(CODEGEN_DEPS): $(PYTHON_DEPS) web/codegen/package.json web/codegen/package-lock.json web/codegen/.npmrc
	@cd web/codegen && $(WITH_NODE) $(NPM_INSTALL) </dev/null
	@touch $@

$(UI): $(WEB_DEPS) $(WEB_SOURCES)
	@echo "setup: user interface"
	@cd web && $(WITH_NODE) $(BIN)/npm run --silent build -- --logLevel warn
	@touch $@

# Only the tests need these, so a machine that lacks them (status 3, named) can still run the Studio.
$(SYSTEM): tools/system_packages.sh | $(BOOTSTRAPPED)
	@status=0; sh tools/system_packages.sh </dev/null || status=$$?; \
	if [ $$status = 0 ]; then touch $@; elif [ $$status != 3 ]; then exit $$status; fi

demo: $(PYTHON_DEPS) $(UI) ## Fill a data folder with the demo's story and open it
	@$(BIN)/studio demo $(ARGS)

up: $(PYTHON_DEPS) $(UI) ## Start the Studio at http://127.0.0.1:8000
	@$(BIN)/studio up $(ARGS)

dev: $(PYTHON_DEPS) $(WEB_DEPS) ## Start server and web with reload, the web at http://127.0.0.1:5173
	@bash run.sh --no-install --dev $(ARGS)

test: setup ## Run pytest with coverage, Vitest and the browser journeys
	@sh tools/test.sh

e2e: setup ## Run the browser journeys alone
	@cd web && $(WITH_NODE) $(BIN)/npm run --silent e2e -- $(ARGS)

# -k: every check runs, also after one that failed.
check: setup ## Check format, lint, types, imports, the web and generated files
	@$(MAKE) -k check-format check-lint check-types check-imports check-web check-sizes check-generated

check-format:
	$(BIN)/ruff format --check .

check-lint:
	$(BIN)/ruff check --quiet .

check-types:
	$(BIN)/mypy src tests tools benchmarks main.py --exclude "$(SOAK_CLIENTS)"

check-imports:
	$(BIN)/lint-imports --no-logo

check-web:
	cd web && $(WITH_NODE) $(BIN)/npm run --silent check

check-sizes:
	cd web && $(WITH_NODE) $(BIN)/npm run --silent sizes

check-generated:
	$(PYTHON_BIN) tools/generate.py --check

generate: setup ## Write the generated files that are committed
	@$(PYTHON_BIN) tools/generate.py

format: setup ## Format everything and repair what can be repaired
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@cd web && $(WITH_NODE) $(BIN)/npm run --silent format

soak: setup ## Run the long chaos tests and print their counts; ARGS=kills runs one of them
	@sh tools/run_all.sh benchmarks/soak $(ARGS)

bench: setup ## Run the benchmarks; they print ratios against named peers; ARGS=--quick only tries them out
	@sh tools/run_all.sh benchmarks $(ARGS)

wheel: $(PYTHON_DEPS) $(UI) ## Build dist/infrastudio-*.whl with the UI in it
	@$(UV) build --quiet --out-dir dist
	@ls -1 dist/*.whl

lock: $(BOOTSTRAPPED) ## Resolve the dependencies anew; ARGS=-U upgrades all, ARGS="-P fastapi" one
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --all-extras --group dev $(ARGS) pyproject.toml -o requirements.lock
	@$(MAKE) $(PYTHON_DEPS)
	@$(PYTHON_BIN) tools/export_requirements.py
	@for folder in web web/codegen; do (cd $$folder && $(WITH_NODE) $(NPM_INSTALL) --package-lock-only); done

clean: ## Remove everything that setup, tests and builds made
	@rm -rf .venv web/node_modules web/codegen/node_modules src/infrastudio/server/ui dist \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
