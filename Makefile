# Everything a person or a machine does here is one of these targets. `make` alone lists them.
# PYTHON=python3.12 chooses the interpreter; LAB_ARGS, PYTEST_ARGS, BENCH_ARGS and FIDELITY_ARGS are passed on.

VENV        := .venv
BIN         := $(VENV)/bin
PYTHON      ?=
LAB_ARGS    ?=
PYTEST_ARGS ?= -n logical --maxprocesses=4 --dist=loadfile
BENCH_ARGS  ?=
FIDELITY_ARGS ?=
QUICKSTART  := notebooks/01-quickstart.ipynb
# JupyterLab refuses to run as root unless it is told to.
ROOT_ARGS   := $(if $(filter 0,$(shell id -u)),--allow-root)

# Tests start hundreds of processes: where Python is told to keep no bytecode, each would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help lab demo test lint types layers panel panel-lint unit notebooks wheel bench fidelity clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

lab: $(VENV)/.installed-demo ## install what is needed and open the quickstart in JupyterLab
	$(BIN)/jupyter-lab $(ROOT_ARGS) --ServerApp.root_dir="$(CURDIR)" $(LAB_ARGS) $(QUICKSTART)

demo: $(VENV)/.installed-demo ## run the quickstart without a browser and print what it shows
	@$(BIN)/python .ci/demo.py $(QUICKSTART)

test: lint panel notebooks wheel unit ## install what is needed and run every check and test

lint: $(VENV)/.installed-dev types layers panel-lint ## ruff, mypy, the layers; tsc, ESLint and Prettier
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

layers: $(VENV)/.installed-dev
	$(BIN)/lint-imports --no-logo

panel-lint: $(VENV)/.installed-dev
	sh .ci/npm $(BIN) run --silent lint

panel: $(VENV)/.installed-dev ## the tests of the panel's TypeScript (its tests in a browser are among the unit tests)
	sh .ci/npm $(BIN) run --silent test

unit: $(VENV)/.installed-dev ## the tests alone
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# In a store of its own: what a notebook commits is neither seen in the user's store nor changed by it.
notebooks: $(VENV)/.installed-dev ## run the notebooks and compare what they show
	@room=$$(mktemp -d) && trap 'rm -rf "$$room"' EXIT && unset DSA_DATABASE_URL && \
	DSA_DATA_DIR="$$room/store" $(BIN)/python -m pytest -p no:cacheprovider \
		--nbval --nbval-current-env --nbval-sanitize-with tests/notebooks/sanitize.cfg notebooks

wheel: $(VENV)/.installed-dev ## build the wheel and try it in a fresh environment
	sh .ci/check-wheel $(BIN)

bench: $(VENV)/.installed-dev ## measure, side by side with the tools people know
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

fidelity: $(VENV)/.installed-dev ## read every file of DSA_CORPORA, with the tools people know too, and write docs/fidelity.md
	$(BIN)/python -m benchmarks.fidelity $(FIDELITY_ARGS)

clean: ## remove what make made
	rm -rf labextension/node_modules labextension/lib dsa_workbench/labextension
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One environment; each stamp says which extra is in it. A changed pyproject.toml installs again, and so does a changed
# panel: what Jupyter serves is a copy that the installation makes.
PANEL := $(shell find labextension hatch_build.py \( -name node_modules -o -name lib -o -name tests \) -prune -o -type f -print)
$(VENV)/.installed-%: pyproject.toml .ci/make-venv $(PANEL)
	@PYTHON="$(PYTHON)" sh .ci/make-venv $(VENV) $*
	@touch $@
