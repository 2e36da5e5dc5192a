# Task runner. Everything it installs goes into .venv; `make` alone lists the targets.

VENV := .venv
RUN := $(VENV)/bin/python
RUNTIME := $(VENV)/runtime.stamp
DEVELOPMENT := $(VENV)/development.stamp
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check --no-input --no-deps
LOCKED := --only-binary :all: --require-hashes --requirement
UV ?= uv
LOCK := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest \
	--only-binary :all: --generate-hashes --no-header --no-annotate --quiet
CHECKED := src tests $(wildcard benchmarks docs/build.py docs/pages)
TESTS ?=
ARGS ?=

# The stamp holds the folder it was made in: a .venv that was half made, copied or moved, or whose Python is
# gone, is not sound and is made afresh.
SOUND := $(shell test "$$(cat $(RUNTIME) 2>/dev/null)" = "$$(pwd -P)" && $(RUN) -c '' 2>/dev/null && echo yes)

# Takes $PYTHON, or else the first of the usual names that is new enough and can make a virtual environment.
# The interpreter behind an active virtual environment or a shim is used, not the environment or the shim.
define MAKE_VENV
set -e; python=; problem=; \
if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; \
else set -- python3 python3.14 python3.13 python3.12 python3.11; fi; \
for name in "$$@"; do \
	version=$$("$$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
	case $$version in \
	3.11|3.12|3.13|3.14) ;; \
	*) problem="$${problem:-$$name is Python $$version.}"; continue ;; \
	esac; \
	if "$$name" -c 'import ensurepip, venv' 2>/dev/null; then python=$$name; break; fi; \
	problem="$$name (Python $$version) cannot make a virtual environment: on Debian or Ubuntu, sudo apt install python3-venv (or python$$version-venv)."; \
done; \
if [ -z "$$python" ]; then \
	echo "Firstdose needs Python 3.11 or later (its locked packages reach 3.14). $${problem:-No such Python was found.}" >&2; \
	echo "To name another one: make setup PYTHON=python3.12" >&2; \
	exit 1; \
fi; \
python=$$("$$python" -c 'import sys; print(sys._base_executable)'); \
echo "Making $(VENV) with $$python"; \
rm -rf $(VENV); \
"$$python" -m venv $(VENV)
endef

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint fix bench docs lock clean distclean FORCE

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(RUNTIME) ## Install Firstdose into .venv (PYTHON=python3.12 names the interpreter)
	@echo "Ready: $(VENV)/bin/firstdose"

demo: $(RUNTIME) ## Take the reference trial from protocol to report, into demo-output
	@$(VENV)/bin/firstdose demo --out demo-output --overwrite

test: $(DEVELOPMENT) ## Run the tests (TESTS=tests/designs, ARGS="-k boin")
	@$(RUN) -m pytest -n auto $(ARGS) $(TESTS)

lint: $(DEVELOPMENT) ## Check style, types, import directions and generated pages
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy $(CHECKED)
	@$(VENV)/bin/lint-imports --no-logo
	@$(if $(wildcard docs/build.py),$(RUN) -m docs.build --check)

fix: $(DEVELOPMENT) ## Correct what ruff can correct
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

bench: $(DEVELOPMENT) ## Measure the speed of the engines (ARGS=trial names a part)
	@$(RUN) -m compileall -q src benchmarks
	@$(RUN) -m benchmarks $(ARGS)

docs: $(DEVELOPMENT) ## Write the generated reference pages
	@$(RUN) -m docs.build --write

lock: ## Renew the lock files with uv (ARGS=--upgrade takes newer versions)
	$(LOCK) $(ARGS) --extra build --output-file requirements.lock
	$(LOCK) $(ARGS) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## Remove what the tools leave behind
	@rm -rf demo-output build dist src/*.egg-info
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests docs examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean ## Remove .venv too
	@rm -rf $(VENV)

ifneq ($(SOUND),yes)
$(RUNTIME): FORCE
endif

$(RUNTIME): requirements.lock pyproject.toml
	@$(if $(SOUND),,$(MAKE_VENV))
	@echo "Installing Firstdose and its locked packages into $(VENV)"
	@$(INSTALL) $(LOCKED) requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@$(RUN) -m compileall -q src
	@pwd -P > $@

$(DEVELOPMENT): requirements-dev.lock $(RUNTIME)
	@echo "Installing the locked development packages into $(VENV)"
	@$(INSTALL) $(LOCKED) requirements-dev.lock
	@touch $@
