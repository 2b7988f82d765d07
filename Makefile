# Commands for people. The project's own command is `platstorget`, in .venv/bin.
PORT ?= 8000
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
PYTEST_WORKERS ?= 2

.PHONY: demo test check bench migrate
.DELETE_ON_ERROR:

# The whole story in a browser. PORT=8001 chooses another port, PLATSTORGET_DATA=… another data folder,
# PARTICIPANTS=200 a smaller story (for the first start).
demo: $(VENV)/.demo-installed
	@PORT=$(PORT) exec $(BIN)/platstorget demo $(if $(PARTICIPANTS),--participants $(PARTICIPANTS))

# Everything but what needs a browser; the browser tests run where Chromium is found.
test: $(VENV)/.dev-installed
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

# Style, types, layers, guards, migrations that would stop what runs, and known weaknesses in what is pinned (where the
# service that knows them can be reached; AUDIT_REQUIRED=1 makes it a failure that it cannot).
check: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/platstorget routes > /dev/null
	$(BIN)/python -m checks.migrations
	$(BIN)/pip check
	$(BIN)/python -m checks.advisories

# How fast search and booking are against the same by hand, and two hundred people at work for ten minutes, on data of its
# own (half an hour). BENCH_PLACES=2000 BENCH_LOAD_SECONDS=30
# BENCH_SECONDS=1 BENCH_ROUNDS=1 is a quick look; MEASURES="load" names some.
bench: $(VENV)/.dev-installed
	@$(BIN)/python -m bench $(MEASURES)

# Brings the database at DATABASE_OWNER_URL up to date.
migrate: $(VENV)/.demo-installed
	$(BIN)/platstorget migrate

$(VENV)/.demo-installed: pyproject.toml constraints.txt demo/install.sh
	@sh demo/install.sh "$(VENV)" demo "$(PYTHON)"

$(VENV)/.dev-installed: pyproject.toml constraints.txt demo/install.sh
	@sh demo/install.sh "$(VENV)" demo,dev "$(PYTHON)"
