# Two commands do all the set-up: `make run` and `make test`.

# The first Python that is new enough and really runs (a version manager's stand-in may not).
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done; true)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test install install-test check messages clean

run: install
	$(BIN)/mekongdesk run

install: $(VENV)/.installed

test: install-test check
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: install-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m locales.check
	$(BIN)/mekongdesk content check

install-test: $(VENV)/.installed-test

$(VENV)/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Mekong Desk needs Python 3.11 or newer. Try: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || \
		{ echo "Python's venv is missing. On Debian: apt install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	$(BIN)/python -m compileall -q bot handlers knowledge locales
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

# Takes new messages from the code into the catalogues, for translators.
messages: install
	$(BIN)/python -m locales.update

clean:
	rm -rf $(VENV) build *.egg-info
