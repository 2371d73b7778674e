# Everything a newcomer or a contributor types. PYTHON names another interpreter: make test PYTHON=python3.13
PYTHON ?= python3
export PYTHON

.PHONY: help demo test test-dates test-surroundings image-test check setup format lock sbom benchmark image-benchmark clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 24

demo: ## set up, then run an invented club's season and show its emails
	@scripts/setup run
	@scripts/demo

test: setup ## set up, then run every test; ARGS goes to pytest
	@.venv/bin/python -m pytest -n auto --maxprocesses 4 $(ARGS)

test-dates: setup ## run the tests at other dates and hours; ARGS goes to pytest
	@scripts/dates $(ARGS)

test-surroundings: setup ## run the tests with other locales, zones, umasks and the like; ARGS goes to pytest
	@scripts/surroundings $(ARGS)

image-test: setup ## build the Action's container, then test it; ARGS goes to pytest
	@scripts/image
	@.venv/bin/python -m pytest tests/container $(ARGS)

check: ## run every check the way CI does
	@scripts/check

setup: ## set up .venv for work on the code
	@scripts/setup test

format: setup ## bring the code into shape
	@.venv/bin/ruff check --fix --quiet
	@.venv/bin/ruff format --quiet

lock: setup ## pin the dependencies of pyproject.toml; ARGS=--upgrade takes the newest
	@scripts/lock $(ARGS)

sbom: setup ## list what the product runs on, as CycloneDX: build/sbom.cdx.json
	@.venv/bin/python -m scripts.sbom

benchmark: setup ## measure start-up, deciding and composing
	@.venv/bin/python -m benchmarks $(ARGS)

image-benchmark: setup ## build the Action's container, then measure its layers and its start
	@scripts/image
	@.venv/bin/python -m benchmarks.image $(ARGS)

clean: ## remove all that the others made
	rm -rf .venv out build dist *.egg-info .hypothesis .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
