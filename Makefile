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
	@$(BIN)/python -m pytest -n logical --dist loadfile

check:  ## style, types and the quick tests
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(BIN)/python -m pytest -n logical --dist loadfile -m "not slow"

fix:  ## put style right where a tool can
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock:  ## resolve the lock files anew (needs uv)
	@bash scripts/lock.sh

bench:  ## measure against peers, and seconds and memory of whole studies (an hour or so)
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/python -m benchmarks.environments
	@$(BIN)/python -m benchmarks.features
	@$(BIN)/python -m benchmarks.features --dates 10
	@$(BIN)/python -m benchmarks.cohort
	@$(BIN)/python -m benchmarks.events
	@$(BIN)/python -m benchmarks.engines
	@$(BIN)/python -m benchmarks.simulation
	@$(BIN)/python -m benchmarks.study
	@$(BIN)/python -m benchmarks.page

PEOPLE ?= 6000000

national:  ## the whole pipeline on a simulated country of PEOPLE, measured stage by stage (hours; resumable)
	@$(PYTHON) scripts/environment.py dev
	@$(BIN)/python -m benchmarks.national --people $(PEOPLE)
	@$(BIN)/python -m benchmarks.page

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
