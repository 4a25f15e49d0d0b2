# `make chat` and `make test` need Python 3.10 or newer and pip; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 7860

.PHONY: chat test lint evaluate screenshots clean

chat: $(VENV)/.chat
	$(BIN)/bulletin build bulletins
	$(BIN)/bulletin chat --host $(HOST) --port $(PORT)

test: $(VENV)/.test
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The project's own gold questions over the sample bulletins; fails when a figure falls under its floor.
evaluate: $(VENV)/.test
	$(BIN)/bulletin evaluate tests/data/sample_qa.jsonl --source bulletins --floors tests/data/baseline.json

# The pictures that README shows; needs Chromium.
screenshots: $(VENV)/.test
	$(BIN)/python docs/take_pictures.py

$(VENV)/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/.chat: $(VENV)/.python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[export,ocr,pdf]'
	touch $@

$(VENV)/.test: $(VENV)/.python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ $(VENV)/.chat

clean:
	rm -rf $(VENV) archive artefacts
