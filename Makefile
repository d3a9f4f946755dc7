# Every target sets up what it needs; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_VENV := .venv-demo
ARGS ?=
GOLD ?= ../shared/postings/gold_dev.jsonl
POSTINGS ?= ../shared/postings/postings.jsonl.gz
PEERS ?= $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help demo install check fix lint types house knowledge test docs docs-check model evaluate quality validation benchmarks big golden bench-store clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(DEMO_VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(DEMO_VENV)
	$(DEMO_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

demo: $(DEMO_VENV)/.ready ## from nothing to the sample postings tagged
	@mkdir -p out
	@$(DEMO_VENV)/bin/jobtagger tag examples/postings.csv -o out/tagged.csv || test $$? -eq 3
	@echo "The tagged file is out/tagged.csv; its columns are explained in docs/output.md"

install: $(VENV)/.ready ## the package in place, with everything for development

test: $(VENV)/.ready ## from nothing to tests passed (make test ARGS="-k clean")
	$(BIN)/python -m pytest $(ARGS)

check: lint types house knowledge docs-check test ## all gates, as CI runs them

lint: $(VENV)/.ready ## ruff
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.ready ## mypy --strict
	$(BIN)/mypy

house: $(VENV)/.ready ## import-linter: code and docs/house.md agree
	$(BIN)/lint-imports

knowledge: $(VENV)/.ready ## check all data files and the model
	$(BIN)/jobtagger doctor

fix: $(VENV)/.ready ## format, sort imports, regenerate docs
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
	$(MAKE) docs

docs: $(VENV)/.ready ## write the generated parts of the docs
	$(BIN)/cog -r README.md docs/*.md training_data/README.md

docs-check: $(VENV)/.ready ## fail if a generated part is stale
	$(BIN)/cog --check README.md docs/*.md training_data/README.md

TRAINED_FROM := $(shell find training_data/glossary training_data/postings training_data/statistics -type f) \
	jobtagger/knowledge/data/taxonomy.toml jobtagger/knowledge/data/emphasis.toml \
	$(wildcard jobtagger/train/*.py jobtagger/classify/features.py jobtagger/text/*.py jobtagger/vocabulary.py jobtagger/pieces.py)

models/default/model.json: $(TRAINED_FROM) | $(VENV)/.ready
	$(BIN)/jobtagger train

model: models/default/model.json ## train, only if something it depends on is newer

evaluate: $(VENV)/.ready ## measure the committed model on GOLD
	$(BIN)/jobtagger evaluate $(GOLD) --mapping training_data/gold_mapping.csv $(ARGS)

quality: $(VENV)/.ready ## measure everything docs/quality.md shows, on GOLD and POSTINGS, and rewrite that page
	$(BIN)/python benchmarks/quality.py $(GOLD) $(POSTINGS)
	$(BIN)/cog -r docs/quality.md

validation: $(VENV)/.ready ## write docs/validation.md: levels and traits against what was held out (GOLD)
	$(BIN)/python training_data/scripts/make_validation.py $(GOLD) docs/validation.md

benchmarks: $(VENV)/.ready ## speed and memory beside others, on POSTINGS if there, and rewrite docs/performance.md, docs/scaling.md
	$(BIN)/python benchmarks/performance.py $(POSTINGS) --peers $(PEERS) $(ARGS)
	$(BIN)/cog -r docs/performance.md docs/scaling.md

big: $(VENV)/.ready ## tag 1 GB, look at the memory, kill and resume (make big ARGS="--megabytes 100 --kills 5")
	$(BIN)/python benchmarks/big.py $(ARGS)

golden: $(VENV)/.ready ## rewrite the golden outputs; review the difference
	$(BIN)/python -m pytest tests/test_golden.py --rewrite-golden

bench-store: $(VENV)/.ready ## what a run over a store of a million listings costs (ARGS=100000 for fewer)
	$(BIN)/python benchmarks/store.py --json docs/store.json $(ARGS)
	$(BIN)/cog -r docs/store.md

clean: ## remove environments and caches
	rm -rf $(VENV) $(DEMO_VENV) out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
