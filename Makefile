# Two commands do it all: `make book` and `make test`. Each sets up what it needs in .venv.
# On Linux without a GPU, `make book CPU=1` takes the CPU build of PyTorch, a tenth of the size.

PYTHON ?= python3
CPU ?=
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
INDEX := $(if $(CPU),$(shell grep extra-index-url binder/requirements.txt))

.DEFAULT_GOAL := help
.PHONY: help book serve lab test lint lint-js notebooks examples clean browser \
        test-package test-notebooks test-site test-live

help:
	@echo "make book       build the website into _build/html"
	@echo "make serve      build it and serve it on http://localhost:8000"
	@echo "make lab        open the chapters in JupyterLab"
	@echo "make test       run everything: lint, package, notebooks, JavaScript, site, JupyterLab"
	@echo "make lint       style, types, and the notebooks' normal form"
	@echo "make notebooks  execute the chapters and write them in normal form"
	@echo "make examples   train the example models again (an hour or two)"
	@echo "make bench      time and memory beside other libraries (on a quiet machine)"
	@echo "make clean      remove what was built, and .venv"

# The environment is made anew when a list of packages changes.
.venv/ready: requirements.txt requirements-data.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, but $(PYTHON) is older: make book PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install $(INDEX) -r requirements.txt
	$(BIN)/pip install --no-deps -r requirements-data.txt
	$(BIN)/pip install --no-deps --no-build-isolation -e .
	@touch $@

book: .venv/ready
	$(BIN)/python book/build.py

serve: book
	@echo "http://localhost:8000 (Ctrl-C stops it)"
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

lab: .venv/ready
	$(BIN)/jupyter lab chapters

lint: .venv/ready lint-js
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python book/notebooks.py --check

# What checks JavaScript, and axe-core for the pages' tests; npm comes with the environment.
node_modules/.package-lock.json: package-lock.json | .venv/ready
	$(BIN)/python tests/helpers/javascript.py install

lint-js: node_modules/.package-lock.json
	$(BIN)/python tests/helpers/javascript.py lint

notebooks: .venv/ready
	$(BIN)/python book/notebooks.py

examples: .venv/ready
	$(BIN)/python scripts/train_heads_by_count.py
	$(BIN)/python scripts/train_translators.py
	$(BIN)/python scripts/train_role_taggers.py
	$(BIN)/python scripts/train_induction.py
	$(BIN)/python scripts/train_small_gpt.py
	$(BIN)/python scripts/read_smollm2.py

bench: .venv/ready
	$(BIN)/pip install --no-deps -r benchmarks/requirements.txt
	$(BIN)/python benchmarks/run.py

test: lint test-package test-notebooks test-site test-live

# The package, its JavaScript under node, and the files that hold the project together.
test-package: .venv/ready browser node_modules/.package-lock.json
	$(PYTEST) -n 2 --dist loadgroup --ignore=tests/site --ignore=tests/live

# Every chapter, executed; what it prints is compared with what it is stored to print.
test-notebooks: .venv/ready
	$(PYTEST) --nbval chapters -n 2 --dist loadscope -o filterwarnings=default \
	  --junitxml=_build/reports/notebooks.xml

test-site: book browser node_modules/.package-lock.json
	$(PYTEST) tests/site -n 2

test-live: .venv/ready browser
	CPU=$(CPU) $(PYTEST) tests/live

browser: .venv/ready
	$(BIN)/python tests/helpers/browser.py

clean:
	rm -rf _build .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
