# Everything a person or a machine does with this project. `make help` lists it.

PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
SPEED ?= 1
# One more than the two cores it is measured on: a sixth of the time tests wait for browsers and servers.
WORKERS ?= 3

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BUILT := pwa/web/_dist/.built
TOOLS := tests/browser/tools/node_modules/.installed
FRONT_END := $(shell find static service_worker -type f 2>/dev/null) package.json package-lock.json \
	tsconfig.json vite.config.ts hatch_build.py

.DEFAULT_GOAL := help
.PHONY: help setup web run test front coverage soak bench check wheel screenshots lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(INSTALLED) ## make .venv with everything in it

web: $(BUILT) ## build the front end

run: $(INSTALLED) $(BUILT) ## run the demo: PORT= HOST= SPEED=
	@AFTERBEAM_PORT=$(PORT) AFTERBEAM_HOST=$(HOST) exec $(BIN)/afterbeam demo --speed $(SPEED)

check: $(INSTALLED) $(BUILT) ## lint, types and import layers, Python and TypeScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py npm run check

test: $(INSTALLED) $(BUILT) $(TOOLS) ## all that must hold; installs what the tests need
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check front
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=10

front: $(INSTALLED) $(BUILT) ## the front end's own tests, and its size
	$(BIN)/python hatch_build.py npm test
	$(BIN)/python hatch_build.py npm run sizes

coverage: $(INSTALLED) $(BUILT) $(TOOLS) ## the tests again, showing which branches none of them takes
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --cov --cov-report=term:skip-covered

soak: $(INSTALLED) $(BUILT) $(TOOLS) ## the long campaigns
	$(BIN)/pytest -m soak --hypothesis-profile=soak

bench: $(INSTALLED) $(BUILT) $(TOOLS) ## timed comparisons
	$(BIN)/python -m benchmarks.check_in

screenshots: $(INSTALLED) $(BUILT) $(TOOLS) ## every screen into test-results/screens
	$(BIN)/python -m tests.browser.screenshots

wheel: $(INSTALLED) ## build a wheel into dist/
	$(BIN)/pip wheel --no-deps --no-build-isolation -w dist .

lock: ## pin the Python dependencies anew (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -o requirements/lock.txt

clean: ## remove what was built, never what was stored
	rm -rf $(VENV) node_modules tests/browser/tools/node_modules pwa/web/_dist dist build test-results

$(INSTALLED): requirements/lock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Afterbeam needs Python 3.11 or newer. Say which with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(BUILT): $(INSTALLED) $(FRONT_END)
	$(BIN)/python hatch_build.py
	@touch $@

$(TOOLS): $(INSTALLED) tests/browser/tools/package-lock.json
	@sh tests/install-tools.sh
	$(BIN)/python hatch_build.py npm ci --prefix tests/browser/tools --ignore-scripts --no-audit --no-fund
	@touch $@
