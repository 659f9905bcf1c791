# Everything a fresh machine needs is Python 3.11 or newer, make, and a way to the package index.
# PYTHON=/path/to/python chooses the Python; JOBS=n how many tests run side by side.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
# One more than two cores: a quarter of the time a test waits, for a browser, a server, a disk or its turn.
JOBS ?= 3
DEMO_HOME ?= demo-home
OFFICE := $(patsubst %/migrations/,%,$(wildcard src/keepwell/*/migrations/))
POT := src/keepwell/locale/keepwell.pot
WORDS := $(BIN)/pybabel --quiet extract -F src/keepwell/locale/words.toml -k gettext_lazy -k ngettext_lazy:1,2 -k pgettext_lazy:1c,2 --omit-header --no-location --sort-output --ignore-dirs tests
# The lock names every package there is to be: nothing is left to be found out by pip.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-compile --require-hashes --no-deps

# Python compiles what it imports when it first does, which is a small part of what is installed, and keeps it whatever the
# shell says: tests start it hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-postgresql check check-types check-rest bench lock words reference screens clean

help:
	@echo "make demo       set up, simulate a company, show its statement, and open its office"
	@echo "make test       set up and run every test; those of the office on PostgreSQL too"
	@echo "make check      style, types, who may import whom, translations, reference pages"
	@echo "make bench      the benchmarks beside their peers; figures and import are written to docs/benchmarks.md"
	@echo "make words      gather the texts to translate into $(POT), and renew every language's catalogue"
	@echo "make reference  write the reference pages of docs/ out of the code"
	@echo "make screens    a picture of every screen into docs/screens/, and their index (needs Chromium)"
	@echo "make lock       renew the locked requirements (needs uv)"
	@echo "make clean      remove what these commands made"

# --- setting up -------------------------------------------------------------------------------------------

$(VENV)/made: requirements/venv.sh
	@sh requirements/venv.sh $(VENV) "$(PYTHON)"
	@touch $@

$(VENV)/ready-run: $(VENV)/made requirements/run.txt requirements/build.txt pyproject.toml
	@echo "Setting up what the demo needs in $(VENV) …"
	@$(PIP) -r requirements/build.txt -r requirements/run.txt
	@$(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready-run requirements/dev.txt
	@echo "Setting up what the tests need in $(VENV) …"
	@$(PIP) -r requirements/dev.txt
	@touch $@

# --- the product ------------------------------------------------------------------------------------------

demo: $(VENV)/ready-run
	@$(BIN)/keepwell --home $(DEMO_HOME) demo --serve

# --- the checks -------------------------------------------------------------------------------------------

# Tests run side by side: were each to learn with threads of its own, they would wait for each other, and busily.
test coverage test-postgresql: export OMP_NUM_THREADS := 1

test: $(VENV)/ready-dev
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile
	@$(MAKE) --no-print-directory test-postgresql

# The same, saying which lines no test walks; it takes a third longer.
coverage: $(VENV)/ready-dev
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --cov --cov-report=term:skip-covered

# What asks the office's database once more, on a real PostgreSQL that comes as a wheel.
test-postgresql: $(VENV)/ready-dev
	@KEEPWELL_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "asks_database and not slow" $(OFFICE)

# Types take longer than all the rest, which is looked at meanwhile.
check: $(VENV)/ready-dev
	@$(MAKE) --no-print-directory -j 2 check-types check-rest

check-types: $(VENV)/ready-dev
	$(BIN)/mypy

check-rest: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@DJANGO_SETTINGS_MODULE=keepwell.site.tests.settings $(BIN)/python -m django makemigrations --check --dry-run
	@$(WORDS) -o $(VENV)/words.pot src/keepwell
	@diff -u $(POT) $(VENV)/words.pot || { echo "Texts have changed: run make words and commit $(POT)."; exit 1; }
	$(BIN)/keepwell docs --check docs

bench: $(VENV)/ready-dev
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.observing --accounts 1000000
	@$(BIN)/python -m bench.buying
	@$(BIN)/python -m bench.listening
	@$(BIN)/python -m bench.arrival
	@$(BIN)/python -m bench.searching
	@$(BIN)/python -m bench.searching_meaning
	@$(BIN)/python -m bench.meaning

words: $(VENV)/ready-dev
	$(WORDS) -o $(POT) src/keepwell
	@$(BIN)/python -m keepwell.lib.words

reference: $(VENV)/ready-dev
	$(BIN)/keepwell docs docs

screens: $(VENV)/ready-dev
	@PYTHONPATH=tests $(BIN)/python -m browser.pictures

# --- keeping house ----------------------------------------------------------------------------------------

lock:
	@command -v uv >/dev/null || { echo "uv is needed to renew the lock: pip install uv"; exit 1; }
	uv lock --upgrade
	uv export --quiet --no-header --no-emit-project --only-group build -o requirements/build.txt
	uv export --quiet --no-header --no-emit-project --no-default-groups -o requirements/run.txt
	uv export --quiet --no-header --no-emit-project --all-extras --all-groups -o requirements/dev.txt

clean:
	rm -rf $(VENV) $(DEMO_HOME) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
