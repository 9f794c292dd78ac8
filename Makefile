# Needs make and Python >= 3.11 with venv, nothing else: the rest is installed into .venv, once,
# and again only when pyproject.toml has changed.
#
#   make demo     train on handwritten digits and write report.html
#   make test     run the tests
#   make lint     check style and types
#   make bench    run the benchmarks
#   make docs     build the pages of the interface into build/docs

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench docs

demo: $(VENV)/.installed
	$(BIN)/pellucid demo

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n 2

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

docs: $(VENV)/.installed-docs
	$(BIN)/pdoc --docformat google --output-directory build/docs pellucid

# A stamp, not the interpreter, says that the venv is whole: one that was cut off is made anew.
$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/.made
	$(BIN)/python -m pip install --editable .
	touch $@

$(VENV)/.installed-%: pyproject.toml | $(VENV)/.made
	$(BIN)/python -m pip install --editable '.[$*]'
	touch $@
