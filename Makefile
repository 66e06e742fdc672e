# make help lists the targets. Another Python: make test PYTHON=python3.13

PYTHON ?= python3
TORCH := torch==2.13.0
# Where torch comes from; PyPI's own for Linux brings CUDA: make test TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=

DEMO_VENV := .venv
DEV_VENV := .venv-dev
LOCK_VENV := .venv-lock

DEMO := $(DEMO_VENV)/.installed
DEMO_ENGINE := $(DEMO_VENV)/.installed-panda3d
DEV := $(DEV_VENV)/.installed
DEV_BIN := $(DEV_VENV)/bin

# The demo runs the installed wheel, so it is installed again when a shipped file changed.
SHIPPED := $(shell find runtime training export engine_plugins -type f -not -path '*/__pycache__/*' 2>/dev/null)

PIP_FLAGS := --quiet --quiet --disable-pip-version-check --no-input
MAKEFLAGS += --no-print-directory

# A file stays in one process, so that its fixtures are built once. Servers run apart from tests that fill a core.
TWO_AT_A_TIME := --numprocesses 2 --dist loadfile --no-loadscope-reorder

# One line of Python, said before pip says something longer.
define PYTHON_CHECK
import sys; v = sys.version_info; \
v >= (3, 11) and v < (3, 14) or sys.exit("expected Python 3.11 to 3.13, got {}.{}; name one: make PYTHON=python3.12".format(v[0], v[1])); \
import importlib.util as u; \
u.find_spec("ensurepip") or sys.exit("expected Python with venv; on Debian and Ubuntu: apt install python3-venv")
endef

stage = @printf '==> %s\n'

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-engine engines test format-check lint types imports tests bench lock clean distclean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(DEMO) ## two people shake hands: a real server, a client, demo.glb and demo.png
	$(stage) "demo"
	@$(DEMO_VENV)/bin/ponimator demo

demo-engine: $(DEMO_ENGINE) ## two game characters, small and giant, shake hands in Panda3D: pictures in build/panda3d_duet
	$(stage) "demo in Panda3D"
	@$(DEMO_VENV)/bin/python examples/panda3d_duet

engines: $(DEV) ## install the compilers that the engine plugins' tests need (apt, npm)
	$(stage) "compilers for the engine plugins' tests"
	@$(DEV_BIN)/python engine_plugins/toolchain.py

test: format-check lint types imports tests ## formatting, lint, types, import contracts, all tests

format-check: $(DEV)
	$(stage) "formatting (ruff format)"
	@$(DEV_BIN)/ruff format --quiet --check .

lint: $(DEV)
	$(stage) "lint (ruff check)"
	@$(DEV_BIN)/ruff check --quiet .

types: $(DEV)
	$(stage) "types (mypy)"
	@$(DEV_BIN)/mypy --no-error-summary

imports: $(DEV)
	$(stage) "import contracts (import-linter)"
	@$(DEV_BIN)/lint-imports --no-logo > $(DEV_VENV)/imports.log 2>&1 || { cat $(DEV_VENV)/imports.log; exit 1; }

tests: $(DEV)
	$(stage) "tests (pytest)"
	@OMP_NUM_THREADS=1 $(DEV_BIN)/pytest $(TWO_AT_A_TIME) tests/unit tests/contract
	$(stage) "tests of real servers (pytest)"
	@$(DEV_BIN)/pytest $(TWO_AT_A_TIME) tests/end_to_end tests/engines
	$(stage) "tests of OpenVINO, apart (pytest)"
	@$(DEV_BIN)/pytest -m openvino

bench: $(DEV) ## measure the networks, then first-frame delay and lateness
	$(stage) "benchmark: networks"
	@$(DEV_BIN)/python tests/benchmarks/network.py
	$(stage) "benchmark: first frame"
	@$(DEV_BIN)/python tests/benchmarks/first_frame.py

lock: ## make constraints.txt anew from the newest versions that install together
	@rm -rf $(LOCK_VENV)
	@$(MAKE) $(LOCK_VENV)/bin/pip
	$(stage) "resolving the newest development environment"
	@$(LOCK_VENV)/bin/pip install $(PIP_FLAGS) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) '$(TORCH)'
	@$(LOCK_VENV)/bin/pip install $(PIP_FLAGS) '$(TORCH)' -e '.[dev]'
	@{ sed -n '/^#/p' constraints.txt; $(LOCK_VENV)/bin/pip freeze --exclude-editable | sed 's/+[A-Za-z0-9.]*$$//'; } \
		> $(LOCK_VENV)/constraints.txt
	@mv $(LOCK_VENV)/constraints.txt constraints.txt
	@rm -rf $(LOCK_VENV)
	$(stage) "constraints.txt is new; run make test before you commit it"

clean: ## remove caches, builds and what the demo wrote
	@rm -rf build dist demo.glb demo.png .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find runtime training export tests -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean ## clean, and remove both environments
	@rm -rf $(DEMO_VENV) $(DEV_VENV) $(LOCK_VENV)

$(DEMO): pyproject.toml constraints.txt $(SHIPPED) | $(DEMO_VENV)/bin/pip
	$(stage) "installing the runtime into $(DEMO_VENV)"
	@$(DEMO_VENV)/bin/pip install $(PIP_FLAGS) -c constraints.txt '.[cpu]'
	@touch $@

$(DEMO_ENGINE): $(DEMO)
	$(stage) "installing Panda3D into $(DEMO_VENV)"
	@$(DEMO_VENV)/bin/pip install $(PIP_FLAGS) -c constraints.txt '.[cpu,panda3d]'
	@touch $@

# torch comes first and by its exact version: a bare "torch" may bring gigabytes of CUDA.
$(DEV): pyproject.toml constraints.txt | $(DEV_VENV)/bin/pip
	$(stage) "installing $(TORCH) into $(DEV_VENV)"
	@$(DEV_VENV)/bin/pip install $(PIP_FLAGS) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) '$(TORCH)'
	$(stage) "installing the development tools into $(DEV_VENV)"
	@$(DEV_VENV)/bin/pip install $(PIP_FLAGS) -c constraints.txt -e '.[dev]'
	@touch $@

%/bin/pip:
	@$(PYTHON) -c '$(PYTHON_CHECK)'
	$(stage) "creating $* with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $*
