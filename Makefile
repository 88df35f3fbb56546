# Everything an instructor or a developer runs. `make` alone lists the targets.
PYTHON ?= python3
PY := .venv/bin/python
# LAB=folder: another lab than that of the top level.
AUTOGRADER = $(PY) -m autograder $${LAB:+--lab "$$LAB"}

# What is of the project as a whole, or of Lab 1 alone.
WITHOUT_LAB := $(filter formgrader slow quick versions report coverage bench docs screenshots lint lock \
    clean,$(MAKECMDGOALS))
ifneq ($(and $(LAB),$(WITHOUT_LAB)),)
$(error make $(WITHOUT_LAB) is not about a lab that can be chosen; leave LAB out)
endif
# Another lab's grades are kept in its folder.
ifneq ($(LAB),)
ifeq ($(COURSE),)
OUT ?= $(patsubst %/,%,$(patsubst %lab.toml,%,$(LAB)))/grades
export OUT
endif
endif

# One more than there are processors, since many tests wait.
PARALLEL := -n $(shell expr $$(nproc) + 1) --maxprocesses=5 --dist=loadfile --no-loadscope-reorder

# A misspelt variable would be passed over without a word.
VARIABLES := PYTHON PY ARGS SUBMISSIONS OUT COURSE JOBS CLUSTER SEED ONLY FRESH DB PORT ITEM FORMAT LANGUAGES \
    STARTS STUDENT CHECK HTML ROSTER FROM LAB
GIVEN := $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$v))
ifneq ($(filter-out $(VARIABLES) MAKEFLAGS MFLAGS MAKEOVERRIDES,$(GIVEN)),)
$(error there is no variable $(filter-out $(VARIABLES),$(GIVEN)); there are $(VARIABLES))
endif

.DEFAULT_GOAL := help
.PHONY: help setup new grade decide publish course formgrader export output gradescope inspect pages review report verify
.PHONY: prove test slow quick versions mutants messages release coverage bench lint lock clean docs screenshots

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## make .venv from requirements.lock (the other targets do it by themselves)
	@$(PYTHON) .ci/setup.py

new: setup ## make a new lab: LAB=folder ARGS='--title "Lab 2" --language en --language zh-TW'
	@$(PY) -m autograder new "$${LAB:?where to? type make new LAB=labs/lab2}" $(ARGS)

grade: setup ## grade a class: SUBMISSIONS=folder-or-zip ROSTER=csv FROM=platform OUT=folder ONLY=student,... COURSE=folder JOBS=n CLUSTER=address SEED=s
	@$(AUTOGRADER) grade $${SUBMISSIONS:+"$$SUBMISSIONS"} $${OUT:+--out "$$OUT"} \
	    $${JOBS:+--jobs "$$JOBS"} --seed "$${SEED:-0}" $${COURSE:+--course "$$COURSE"} \
	    $${ROSTER:+--roster "$$ROSTER"} $${FROM:+--from "$$FROM"} \
	    $${ONLY:+--only "$$ONLY"} $${FRESH:+--fresh} $${CLUSTER:+--cluster "$$CLUSTER"} $(ARGS)

course: setup ## make an nbgrader course of the lab, or add it to one: COURSE=folder LAB=folder DB=url
	@$(AUTOGRADER) course "$${COURSE:-course}" $${DB:+--db "$$DB"}

formgrader: setup ## open the course in the browser: COURSE=folder PORT=n
	@$(AUTOGRADER) formgrader "$${COURSE:-course}" $${PORT:+--port "$$PORT"}

decide: setup ## decide about points by hand: OUT=folder ARGS='points STUDENT 12 --why "..."'
	@$(AUTOGRADER) decide $(ARGS) $${OUT:+--out "$$OUT"}

publish: setup ## freeze what students are shown, as a numbered snapshot: OUT=folder COURSE=folder ARGS=--show
	@$(AUTOGRADER) publish $${OUT:+"$$OUT"} $${COURSE:+--course "$$COURSE"} $(ARGS)

review: setup ## show the mistakes that a graded class made: OUT=folder COURSE=folder
	@$(AUTOGRADER) review "$${OUT:-grades}" $${COURSE:+--course "$$COURSE"}

inspect: setup ## show why a student's check failed: STUDENT=name CHECK=name SUBMISSIONS=folder OUT=folder HTML=file
	@$(AUTOGRADER) inspect "$${STUDENT:?whose submission? type make inspect STUDENT=name}" \
	    $${SUBMISSIONS:+"$$SUBMISSIONS"} --out "$${OUT:-grades}" \
	    $${CHECK:+--check "$$CHECK"} $${HTML:+--html "$$HTML"} $${SEED:+--seed "$$SEED"} $(ARGS)

export: setup ## write grades for Canvas and Moodle: OUT=folder ROSTER=csv ITEM=title COURSE=folder
	@$(AUTOGRADER) export "$${OUT:-grades}" $${COURSE:+--course "$$COURSE"} \
	    $${ROSTER:+--roster "$$ROSTER"} $${ITEM:+--item "$$ITEM"} $(ARGS)

output: setup ## write grades for other programs: FORMAT=junit|gradescope|github-summary|... OUT=folder
	@$(AUTOGRADER) output "$${FORMAT:-junit}" "$${OUT:-grades}" $(ARGS)

gradescope: setup ## make gradescope.zip, the autograder that is uploaded to Gradescope
	@$(AUTOGRADER) gradescope $${SEED:+--seed "$$SEED"} $(ARGS)

pages: setup ## make a page for each student and for the class: OUT=folder COURSE=folder LANGUAGES="en zh-TW"
	@$(AUTOGRADER) pages $${OUT:+"$$OUT"} $${COURSE:+--course "$$COURSE"} $${LANGUAGES:+--lang $$LANGUAGES}

verify: setup ## test the hidden suites with the catalogue of mistakes: JOBS=n
	@$(AUTOGRADER) verify $${JOBS:+--jobs "$$JOBS"} $(ARGS)

mutants: setup ## test the hidden suites with small changes of the solution: JOBS=n
	@$(PY) -m tests.mutants $${LAB:+--lab "$$LAB"} $${JOBS:+--jobs "$$JOBS"}

prove: setup ## prove that points do not depend on the seed; takes long: JOBS=n ARGS="--seeds 5"
	@$(AUTOGRADER) prove $${JOBS:+--jobs "$$JOBS"} $(ARGS)

test: setup $(if $(LAB),,lint) ## run all checks of the project itself; with LAB=folder those of that lab
	@$(AUTOGRADER) release --check
	@$(if $(LAB),$(AUTOGRADER) verify,$(MAKE) --no-print-directory coverage)
	@if [ -d "$${LAB:+$${LAB%/lab.toml}/tests}" ]; then $(PY) -m pytest -q "$${LAB%/lab.toml}/tests"; fi

slow: setup ## run what test leaves out: services, whole courses, and attacks that take long
	@$(PY) -m pytest -q $(PARALLEL) -m slow

quick: setup ## check a change in less than a minute: style, types, and the nearest tests
	@$(PY) -m tests.quick

versions: setup ## run the tests on the oldest and the newest supported Python that is found
	@$(PY) .ci/versions.py

messages: setup ## update the translations from the messages in the source
	@$(AUTOGRADER) messages

release: setup ## make the folder that students receive, from the solution
	@$(AUTOGRADER) release

report: setup ## reproduce the report: STARTS=n JOBS=n SEED=s OUT=folder (default: 1000 initializations, report/)
	@$(PY) -m solution.report --out "$${OUT:-report}" --seed "$${SEED:-0}" \
	    $${STARTS:+--starts "$$STARTS"} $${JOBS:+--jobs "$$JOBS"}

coverage: setup ## run the suites and the tests, and check their coverage
	@$(PY) -m coverage erase
	@$(PY) -m coverage run --source=solution --omit="solution/report/*,solution/experiments/*" \
	    -m pytest -q -p autograder.suites.local tests/hidden
	@$(PY) -m coverage report --fail-under=100 --skip-covered
	@$(PY) -m coverage erase
	@$(PY) -m coverage run --source=autograder,solution/experiments,solution/report \
	    -m pytest -q $(PARALLEL) -m "not slow"
	@$(PY) -m coverage combine -q
	@$(PY) -m coverage report --include='autograder/*' --fail-under=95 --skip-covered
	@$(PY) -m coverage report --omit='autograder/*' --fail-under=95 --skip-covered

bench: setup ## measure the solution and the cost of grading
	@$(PY) -m tests.bench.solution
	@$(PY) -m tests.bench.grading
	@$(PY) -m tests.bench.diagnosis
	@$(PY) -m tests.bench.course
	@$(PY) -m tests.bench.pages
	@$(PY) -m tests.bench.memory
	@$(PY) -m tests.bench.evening

docs: setup ## build the documentation: docs/_build/html/index.html
	@$(PY) -m sphinx -W -n --keep-going -q -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

screenshots: setup ## take the documentation's pictures from the sample class (needs Chromium)
	@$(PY) -m docs.screenshots

lint: setup ## check style and types
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy

LOCK := $(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
    --quiet pyproject.toml

lock: setup ## pin versions: all that is used, and what grading and a hub need (ARGS=--upgrade: the newest)
	@$(LOCK) --all-extras $(ARGS) --output-file requirements.lock
	@$(LOCK) --constraint requirements.lock $(ARGS) \
	    --output-file autograder/gradescope/requirements.lock
	@$(LOCK) --extra course docs/instructors/jupyterhub/requirements.in \
	    --constraint requirements.lock $(ARGS) \
	    --output-file docs/instructors/jupyterhub/requirements.lock

clean: ## remove all generated files that git ignores
	rm -rf .venv .venv-3.* .venv-lock grades gradescope.zip .coverage* .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
