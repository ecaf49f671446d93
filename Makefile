# `make help` lists the targets. All of them need only Python >= 3.11; the rest is fetched from the package registries.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
NODE := $(PY) scripts/node.py
JS := studio_widgets/js
STATIC := studio_widgets/static
JS_SOURCES := $(shell find $(JS)/src -type f 2>/dev/null) $(JS)/build.mjs
PIP := $(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt
PYTEST := $(PY) -m pytest

.DEFAULT_GOAL := help
.PHONY: help lab test test-unit test-engine test-js test-browser test-notebooks test-long notebooks check format protocol js wheel bench dev clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

lab: $(VENV)/.lab ## open the quickstart in JupyterLab, with the embedded database
	$(BIN)/studio-widgets lab notebooks/quickstart.ipynb $(LAB_ARGS)

test: test-unit test-engine test-js test-browser test-notebooks ## install what tests need and run them all (< 20 min on 2 cores)

test-unit: $(VENV)/.test ## pure values: timeline, protocol, geometry
	$(PYTEST) tests/unit

test-engine: $(VENV)/.test ## real codecs, a real PostgreSQL
	$(PYTEST) tests/engine -m "not long"

test-js: $(VENV)/.test ## the TypeScript beside its sources
	cd $(JS) && $(CURDIR)/$(PY) $(CURDIR)/scripts/node.py npm test

test-browser: $(VENV)/.test $(VENV)/.chromium ## the real JupyterLab in Chromium
	STUDIO_CHROMIUM="$$(cat $(VENV)/.chromium)" $(PYTEST) tests/browser -m "not long"

test-notebooks: $(VENV)/.test ## every notebook, twice, with equal outputs (nbval)
	$(PY) scripts/check_notebooks.py

notebooks: $(VENV)/.test ## run the notebooks and store their outputs in them
	$(PY) scripts/execute_notebooks.py

test-long: $(VENV)/.test $(VENV)/.chromium ## what takes minutes
	STUDIO_CHROMIUM="$$(cat $(VENV)/.chromium)" $(PYTEST) tests -m long || [ $$? -eq 5 ]

check: $(VENV)/.test ## ruff, strict types (Python, TypeScript), formatting, protocol in step, import direction
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) scripts/generate_protocol.py --check
	$(PYTEST) -q tests/unit/test_import_direction.py
	cd $(JS) && $(CURDIR)/$(PY) $(CURDIR)/scripts/node.py npm run check

format: $(VENV)/.test ## format everything
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	cd $(JS) && $(CURDIR)/$(PY) $(CURDIR)/scripts/node.py npm run format

protocol: $(VENV)/.test ## generate the TypeScript of the widget messages
	$(PY) scripts/generate_protocol.py

js: $(STATIC)/.built ## bundle the widgets

wheel: $(VENV)/.test ## build sdist and wheel into dist/
	rm -rf dist && $(PY) -m build --quiet

bench: $(VENV)/.bench $(VENV)/.chromium ## run every benchmark beside its peer and print the ratios
	STUDIO_CHROMIUM="$$(cat $(VENV)/.chromium)" $(PY) bench/run.py

dev: $(STATIC)/.built ## the widgets alone on a page, rebuilt as you type
	cd $(JS) && $(CURDIR)/$(PY) $(CURDIR)/scripts/node.py npm run dev

clean: ## remove what was built or installed here
	rm -rf $(VENV) $(STATIC) $(JS)/node_modules dist build .mypy_cache .ruff_cache .pytest_cache

# --- what the targets stand on -------------------------------------------------------------------------------------------

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(JS)/node_modules/.installed: $(JS)/package-lock.json | $(VENV)/.created
	$(NODE) --ensure
	cd $(JS) && $(CURDIR)/$(PY) $(CURDIR)/scripts/node.py npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STATIC)/.built: $(JS)/node_modules/.installed $(JS_SOURCES)
	cd $(JS) && $(CURDIR)/$(PY) $(CURDIR)/scripts/node.py node build.mjs
	@touch $@

$(VENV)/.lab: $(STATIC)/.built pyproject.toml constraints.txt
	$(PIP) -e '.[lab]'
	@touch $@

$(VENV)/.test: $(STATIC)/.built pyproject.toml constraints.txt
	$(PIP) -e '.[lab,test]'
	@touch $@ $(VENV)/.lab

$(VENV)/.bench: $(VENV)/.test
	$(PIP) -e '.[lab,test,bench]'
	@touch $@

$(VENV)/.chromium: $(VENV)/.test
	$(PY) scripts/ensure_chromium.py > $@.new && mv $@.new $@
