# `make demo` and `make test` do everything on a fresh machine with Python 3.11 or newer.
# PYTHON=… picks the interpreter; each interpreter version gets a virtual environment of its own.

PYTHON ?= $(or $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c '' 2>/dev/null && { echo $$p; break; }; done),python3)
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
VENV ?= .venv
BIN := $(VENV)/bin
NPM_PEERS := benchmarks/npm/node_modules/.package-lock.json
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# hundreds of programs are started by the tests: not to compile each of their files each time
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint bench browser clean help

help:
	@echo "make demo    run devcors in front of a built-in front end and backends"
	@echo "make test    lint, types, import contracts and all tests"
	@echo "make lint    the checks without the tests"
	@echo "make bench   speed, beside the peers found on this machine"

demo: $(VENV)/.installed-$(VERSION)
	@$(BIN)/devcors demo

# .ci/run has looked through the text already: UNLINTED=1. What takes times wants the machine for itself, so it comes last
test: $(VENV)/.tested-$(VERSION) browser $(if $(UNLINTED),,lint)
ifdef PYTEST_ARGS
	$(BIN)/python -m pytest $(PYTEST_ARGS)
else
	$(BIN)/python -m pytest -m "not alone" -n auto --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m alone
endif

lint: $(VENV)/.tested-$(VERSION)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# LONG=1 memory after a million requests; PAGE=1 a page in Chromium too; SAVE=1 writes the results and the picture
bench: $(VENV)/.benched-$(VERSION) $(NPM_PEERS) $(if $(PAGE),browser)
	$(BIN)/python -m benchmarks $(if $(LONG),--long) $(if $(PAGE),--page) $(if $(SAVE),--save) $(BENCH_ARGS)
	$(BIN)/python -m benchmarks.judging

# the peers that npm has; without npm the table says that they are missing
$(NPM_PEERS): benchmarks/npm/package-lock.json
	@if command -v npm >/dev/null; then cd benchmarks/npm && npm ci --no-audit --no-fund --loglevel=error && touch ../../$@; fi

# a browser for the end-to-end tests, where this machine can give one; without it those tests say so and skip
browser:
	@sh tests/support/get-browser.sh

# each of the three installs all that the ones before it do, in one go
$(VENV)/.made-$(VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is wanted"; echo "hint: make demo PYTHON=python3.13"; exit 1; }
	@rm -rf $(VENV)
	@echo "making $(VENV) with Python $(VERSION) …"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed-$(VERSION): pyproject.toml constraints.txt | $(VENV)/.made-$(VERSION)
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.tested-$(VERSION): pyproject.toml constraints.txt | $(VENV)/.made-$(VERSION)
	@$(PIP) install -c constraints.txt -e '.[test]'
	@touch $(VENV)/.installed-$(VERSION) $@

$(VENV)/.benched-$(VERSION): pyproject.toml constraints.txt | $(VENV)/.made-$(VERSION)
	@$(PIP) install -c constraints.txt -e '.[test,bench]'
	@touch $(VENV)/.installed-$(VERSION) $(VENV)/.tested-$(VERSION) $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .autobahn
