# make run · make test · make check · make bench: each builds what it needs first. ARGS="…" is passed on.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes
TYPED := bot handlers storage town locales tests bench
ARGS ?=

.PHONY: run test check bench lint format types imports catalogues migrations messages schema constraints clean

run: $(VENV)/running
	@$(BIN)/python bot.py run $(ARGS)

# Tests marked `quiet` measure: they have the machine to themselves. Those that `kill` processes wait half of their time,
# and all others for browsers and databases: three at a time keep two cores busy.
test: export PYTHONDONTWRITEBYTECODE = # nothing: what one of them has compiled, the others need not
test: $(VENV)/everything
ifeq ($(ARGS),)
	@$(BIN)/python -m pytest -q -m quiet tests/delivery tests/storage
	@$(BIN)/python -m pytest -q -m kills -n 3 tests/faults
	@$(BIN)/python -m pytest -q -m "not quiet and not kills" -n 3 --dist worksteal
else
	@$(BIN)/python -m pytest $(ARGS)
endif

bench: $(VENV)/everything
	@$(BIN)/python -m bench $(ARGS)

check: lint types imports catalogues migrations

lint: $(VENV)/everything
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/everything
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/everything
	@$(BIN)/mypy $(TYPED)
	@$(BIN)/mypy bot.py

imports: $(VENV)/everything
	@$(BIN)/lint-imports --no-logo

catalogues: $(VENV)/everything
	@$(BIN)/python -m pytest -q tests/locales

migrations: $(VENV)/everything
	@$(BIN)/python -m pytest -q tests/migrations

# After a change of the texts: adds what is new to every catalogue, drops what is gone, counts what has no translation.
messages: $(VENV)/everything
	@$(BIN)/python -m tests.checks.messages

# After a new migration: writes down what all of them make of an empty SQLite database, which is what a town begins with.
schema: $(VENV)/everything
	@$(BIN)/python -m tests.checks.schema

# After a change of pyproject.toml's dependencies; ARGS=--upgrade takes the newest of all of them.
constraints:
	@python3 -m venv $(VENV)-pins && $(VENV)-pins/bin/python -m pip install -qq pip-tools
	@$(VENV)-pins/bin/python -m tests.checks.pin $(ARGS)

clean:
	@rm -rf $(VENV) $(VENV)-pins .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# Also when the Python that made it is gone.
ifneq ($(shell $(BIN)/python -c 'print("here")' 2>/dev/null),here)
.PHONY: $(VENV)/python
endif
$(VENV)/python:
	@python="$$(for name in "$$PYTHON" python3 python3.14 python3.13 python3.12 python3.11 python; do \
	    [ -n "$$name" ] && "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	    && echo "$$name" && break; done)"; \
	if [ -z "$$python" ]; then \
	    echo "Townbell needs Python 3.11 or newer, and finds none: install it, or name it with PYTHON=/path/to/python3." >&2; \
	    exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "This Python cannot make environments: install its venv package (on Debian: apt install python3-venv)." >&2; \
	    exit 1; \
	fi; \
	echo "Making the environment (first time only)…"; \
	"$$python" -m venv --clear $(VENV)
	@touch $@

# The constraints file holds what the town needs to run, then, after a marker, what tests and checks need besides.
$(VENV)/running: $(VENV)/python pyproject.toml constraints.txt
	@echo "Installing what Townbell needs…"
	@sed '/^# for tests and checks/,$$d' constraints.txt > $(VENV)/running.txt
	@$(PIP) -r $(VENV)/running.txt
	@touch $@

$(VENV)/everything: $(VENV)/running
	@echo "Installing what tests and checks need…"
	@$(PIP) -r constraints.txt
	@touch $@
