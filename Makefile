# The verbs of this project. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
export DVC_NO_ANALYTICS := 1
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help repro test check fix lock bench national marginals report recovery clean

help:  ## list the verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

repro:  ## set up, run the study of params.yaml, and say where the results are
	@$(PYTHON) scripts/environment.py run
	@$(BIN)/dvc repro
	@$(BIN)/evidens summary

test:  ## set up and pass every test
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/python -m pytest

check:  ## style, types and the quick tests
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(BIN)/python -m pytest -m "not slow"

fix:  ## put style right where a tool can
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock:  ## resolve the lock files anew (needs uv)
	@bash scripts/lock.sh

bench:  ## measure seconds and memory of whole studies, and say on which machine
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/python -m benchmarks.study
	@$(BIN)/python -m benchmarks.simulation

national:  ## simulate the whole country on all cores, measure it and remove it again (half an hour or so; resumable)
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/python -m benchmarks.national

marginals:  ## put simulated beside published figures, and write the table
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/python -m benchmarks.marginals

report:  ## render the reports again from released tables
	@$(PYTHON) scripts/environment.py run
	@$(BIN)/dvc repro -s -f report

recovery:  ## prove the oracle: planted truth is found again (slow)
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/python -m pytest tests/recovery

clean:  ## remove what a run made; keeps the ledger and the MLflow store
	@rm -rf build models release data/aggregate data/person data/pseudonymised data/quarantine data/truth data/scratch data/raw/simulated
