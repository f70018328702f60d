# Two commands are enough: `make demo` and `make test`. Both set up all they need in .venv and node_modules,
# once; as long as pyproject.toml and package-lock.json stay as they are, later runs need no network.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-all check lint lint-python lint-templates lint-js test-python test-large mutants bench test-js format messages bundle pictures setup setup-dev clean

VENV := .venv
PY := $(VENV)/bin/python
PEERS := .venv-bench
NODE_MODULES := node_modules/.package-lock.sum
JS_TESTS = $(shell find tests/js -name '*.test.js' -o -name '*.test.mjs' 2>/dev/null | sort)
# Options for the demo or for pytest: make demo ARGS='--port 8080', make test-python ARGS='-k ranking'
ARGS ?=

help:
	@echo 'make demo      plays an evening on http://127.0.0.1:8000 (Ctrl-C ends it; ARGS="--port 8080")'
	@echo 'make test      every check and every test; says what the machine lacks'
	@echo 'make test-all  that, the large versions (hundreds of clients, fifty kills), and the mutants'
	@echo 'make bench     measures speed against floor and peers (25 minutes; ARGS=--quick: three)'
	@echo 'make check     the quick part of it: lint, and tests without browser, PostgreSQL, chaos and packaging'
	@echo 'make lint      style, types and templates only'
	@echo 'make format    sets the sources in their form'
	@echo 'make messages  collects the sentences of the interface for translation, and compiles them'
	@echo 'make bundle    this program and all it needs in one file under dist/, for a server without internet'
	@echo 'make pictures  takes the pictures of the manuals anew, from the product as it is'
	@echo 'make clean     removes .venv, node_modules and what the tools left behind'

demo: setup
	@exec $(PY) -m dialog demo --play $(ARGS)

test: lint test-js test-python

test-all: test test-large mutants

check: lint test-js
	$(PY) -m pytest -q -m 'not browser and not postgres and not chaos and not packaging and not large' $(ARGS)

lint: lint-python lint-templates lint-js

# ---------------------------------------------------------------------------------------- Python

lint-python: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

lint-templates: setup-dev
	$(PY) -m djlint --lint --quiet templates

# The rules have no corner that no test has seen; the rest is reported.
test-python: setup-dev
	$(PY) -m pytest -n 2 --dist loadfile --cov --cov-report= -m 'not large' $(ARGS)
	$(PY) -m coverage report
	$(PY) -m coverage report --include='dialog/forum/*' --fail-under=100

# Never part of the tests. What it is compared with lives in an environment of its own; who cannot be installed
# is left out with a line that says so. It wants a quiet machine, gcc, and two cores.
bench: setup-dev $(PEERS)/.installed
	$(PY) -m tests.bench $(ARGS)

$(PEERS)/.installed: tests/bench/peers/requirements.txt
	@$(PY) -m venv --clear $(PEERS); \
	while read -r peer; do \
		$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check "$$peer" || echo "Left out: $$peer cannot be installed."; \
	done < $<; \
	touch $@

# The promises at full size, measured figures printed.
test-large: setup-dev
	$(PY) -m pytest -m large -rA $(ARGS)

# Takes the guards out of the program one by one; each has to be noticed.
mutants: setup-dev
	$(PY) -m tests.mutants $(ARGS)

format: setup-dev
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .
	@$(call with_node,node_modules/.bin/biome check --write --no-errors-on-unmatched)

# German is the language of the sources; --no-location keeps the catalogues quiet when lines move.
messages: setup-dev
	$(PY) -m babel.messages.frontend extract -F dialog/locale/babel.cfg --no-location --sort-output -o .venv/dialog.pot .
	$(PY) -m babel.messages.frontend update -i .venv/dialog.pot -d dialog/locale -D dialog --no-fuzzy-matching --ignore-pot-creation-date
	$(PY) -m babel.messages.frontend compile -d dialog/locale -D dialog --statistics

# ---------------------------------------------------------------------------------------- bundle
# For machines of this kind: the wheels are those of this system and this Python. Any interpreter with pip makes it:
# make bundle PY=python3

DIST := dist
BUNDLE = dialog-digital-$(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' dialog/__init__.py)

bundle:
	rm -rf '$(DIST)/$(BUNDLE)' && mkdir -p '$(DIST)/$(BUNDLE)/docs'
	$(PY) -m pip wheel --quiet --disable-pip-version-check --wheel-dir '$(DIST)/$(BUNDLE)/bundle' .
	cp -R deploy README.md CHANGELOG.md LICENSE '$(DIST)/$(BUNDLE)' && cp docs/*.md '$(DIST)/$(BUNDLE)/docs'
	cd '$(DIST)/$(BUNDLE)' && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs sha256sum > SHA256SUMS
	tar -C '$(DIST)' -czf "$(DIST)/$(BUNDLE)-$$($(PY) -c 'import sys, sysconfig; print(f"py{sys.version_info[0]}.{sys.version_info[1]}-{sysconfig.get_platform()}")').tar.gz" '$(BUNDLE)'
	rm -rf '$(DIST)/$(BUNDLE)' && ls '$(DIST)'

# Of the demonstration, in Chromium; they are tracked, and renewed when pages look different.
pictures: setup-dev
	$(PY) -m tests.journeys.pictures

# ------------------------------------------------------------------------------------ JavaScript
# Development only. Without Node one line says so, and the rest goes on; where all is required, it is an error.

NO_NODE := JavaScript checks need Node 18.19 or newer with npm, e.g. `apt install nodejs npm`.

define with_node
	if node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 18 || (a === 18 && b >= 19) ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1; then \
		$(MAKE) --no-print-directory $(NODE_MODULES) && $(1); \
	elif [ "$${DIALOG_TEST_REQUIRE_ALL:-0}" != 0 ]; then \
		echo '$(NO_NODE)' >&2; exit 1; \
	else \
		echo 'Left out: $(NO_NODE)'; \
	fi
endef

lint-js:
	@$(call with_node,echo 'biome; tsc' && node_modules/.bin/biome check --error-on-warnings --no-errors-on-unmatched && node_modules/.bin/tsc --project .)

test-js:
	@$(call with_node,echo 'node --test' && node --test $(JS_TESTS))

# ---------------------------------------------------------------------------------------- set-up
# A stamp holds the sum of what was installed from: it is compared, not only dated, for git touches dates.

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed $(VENV)/.installed-dev: pyproject.toml
	@sum=$$(cksum < pyproject.toml); \
	if $(PY) -c '' 2>/dev/null && { [ "$$sum" = "$$(cat $@ 2>/dev/null)" ] || [ "$$sum" = "$$(cat $(VENV)/.installed-dev 2>/dev/null)" ]; }; then \
		echo "$$sum" > $@; exit 0; \
	fi; \
	$(venv) && echo 'Installing what pyproject.toml asks for …' && \
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.$(if $(findstring -dev,$@),[dev])' && \
	echo "$$sum" > $@

# The first interpreter that really runs (a name on the path may be an empty shell), is new enough and has venv.
define venv
	if ! $(PY) -m pip --version >/dev/null 2>&1 || ! $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		found=; bare=; \
		for name in $$PYTHON python3.13 python3.12 python3.11 python3 python /usr/bin/python3; do \
			"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
			if "$$name" -c 'import ensurepip, venv' 2>/dev/null; then found=$$name; break; fi; \
			bare=$${bare:-$$name}; \
		done; \
		if [ -z "$$found" ] && [ -n "$$bare" ]; then \
			echo "$$bare cannot make environments: install its venv module, e.g. \`apt install python3-venv\`." >&2; exit 1; \
		elif [ -z "$$found" ]; then \
			echo 'Dialog digital needs Python 3.11 or newer, and none was found. Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; \
		fi; \
		echo "Setting up $(VENV) with $$("$$found" --version) …"; \
		"$$found" -m venv --clear $(VENV); \
	fi
endef
export PYTHON

$(NODE_MODULES): package.json package-lock.json
	@sum=$$(cat package.json package-lock.json | cksum); \
	if [ "$$sum" != "$$(cat $@ 2>/dev/null)" ]; then npm ci --silent; fi && echo "$$sum" > $@

clean:
	rm -rf $(VENV) $(PEERS) build node_modules .coverage .coverage.* htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist
	find dialog tests -name __pycache__ -type d -prune -exec rm -rf {} +
