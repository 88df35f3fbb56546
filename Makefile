# Everything an instructor or a developer runs. `make` alone says what there is.
PYTHON ?= python3
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup grade review pages verify test messages release coverage bench lint lock clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## make .venv from requirements.lock (the others do it by themselves)
	@$(PYTHON) .ci/setup.py

grade: setup ## grade a class: SUBMISSIONS=folder OUT=folder JOBS=n SEED=s (default: the sample class)
	@$(PY) -m autograder grade $${SUBMISSIONS:+"$$SUBMISSIONS"} --out "$${OUT:-grades}" \
	    $${JOBS:+--jobs "$$JOBS"} --seed "$${SEED:-0}" $(ARGS)

review: setup ## show the mistakes that a graded class made: OUT=folder
	@$(PY) -m autograder review "$${OUT:-grades}"

pages: setup ## make a page for each student and for the class: OUT=folder LANGUAGES="en zh-TW"
	@$(PY) -m autograder pages "$${OUT:-grades}" $${LANGUAGES:+--lang $$LANGUAGES}

verify: setup ## prove the hidden suites by the catalogue of mistakes (JOBS=n)
	@$(PY) -m autograder verify $${JOBS:+--jobs "$$JOBS"}

test: setup lint ## run all checks of the project itself
	@$(PY) -m autograder release --check
	@$(MAKE) --no-print-directory coverage verify

messages: setup ## bring the catalogues up to date with what the project says to students
	@$(PY) -m autograder messages

release: setup ## make assignment/, what students receive, from solution/
	@$(PY) -m autograder release

coverage: setup ## run the suites and the tests, and demand their coverage
	@$(PY) -m coverage erase
	@$(PY) -m coverage run --source=solution -m pytest -q -p autograder.local tests/hidden
	@$(PY) -m coverage report --fail-under=100 --skip-covered
	@$(PY) -m coverage erase
	@$(PY) -m coverage run --source=autograder -m pytest -q
	@$(PY) -m coverage combine -q
	@$(PY) -m coverage report --fail-under=95 --skip-covered

bench: setup ## measure the solution and the cost of grading
	@$(PY) -m tests.bench.solution
	@$(PY) -m tests.bench.grading
	@$(PY) -m tests.bench.diagnosis
	@$(PY) -m tests.bench.pages

lint: setup ## check style and types
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy

lock: ## pin the newest versions in requirements.lock (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	    --quiet pyproject.toml --output-file requirements.lock

clean: ## remove what can be made again
	rm -rf .venv .venv-lock grades .coverage* .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
