# Everything runs from the virtual environment in .venv, which `make setup` builds.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := build/sample
WORKSPACE := build/workspace
MUNICIPALITY ?= Hazelwoude

.PHONY: setup browser dossier test test-slow bench docs clean help

help:
	@echo "make dossier    build the fictional province, load it, write the dossier of one municipality"
	@echo "make test       all checks"
	@echo "make setup      build .venv with the verband command"
	@echo "make browser    put in place what checks the pages: a Chromium with axe-core, the HTML validator"
	@echo "make test-slow  simulation studies and long fuzzing runs"
	@echo "make bench      benchmarks beside a peer"
	@echo "make docs       write the generated documentation pages anew"

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $@

# Tried once. What cannot be put in place fails nothing: its tests are skipped, and the end of `make test` says so.
browser: setup
	@$(BIN)/python -m tools.checkers || true
	@touch $(VENV)/.browser

$(VENV)/.browser: $(VENV)/.ready
	@$(MAKE) --no-print-directory browser

dossier: setup
	@rm -rf $(SAMPLE) $(WORKSPACE)
	$(BIN)/verband sample $(SAMPLE)
	$(BIN)/verband load $(SAMPLE) --workspace $(WORKSPACE)
	$(BIN)/verband dossier $(MUNICIPALITY) --workspace $(WORKSPACE) --out build

test: setup $(VENV)/.browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 -m "not slow"
	@$(BIN)/python -m tools.checkers --lacking || true

test-slow: setup
	$(BIN)/python -m pytest -n 2 -m slow

bench: setup
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.load
	$(BIN)/python -m benchmarks.dossiers
	$(BIN)/python -m benchmarks.frontier
	$(BIN)/python -m benchmarks.stochastic_frontier
	$(BIN)/python -m benchmarks.voting_power
	$(BIN)/python -m benchmarks.continuity
	$(BIN)/python -m benchmarks.sharing
	$(BIN)/python -m benchmarks.event_study
	$(BIN)/python -m benchmarks.evidence

docs: setup
	$(BIN)/python -m tools.docs

clean:
	rm -rf $(VENV) build
