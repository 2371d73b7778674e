# Everything a newcomer or a contributor types. PYTHON names another interpreter: make test PYTHON=python3.13
PYTHON ?= python3
export PYTHON

.PHONY: help demo test check setup format lock benchmark clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 18

demo: ## set up, then run an invented club's season and show its emails
	@scripts/setup run
	@scripts/demo

test: setup ## set up, then run every test; ARGS goes to pytest
	@.venv/bin/python -m pytest -n auto --maxprocesses 4 $(ARGS)

check: ## run every check the way CI does
	@scripts/check

setup: ## set up .venv for work on the code
	@scripts/setup test

format: setup ## bring the code into shape
	@.venv/bin/ruff check --fix --quiet
	@.venv/bin/ruff format --quiet

lock: setup ## pin the dependencies of pyproject.toml; ARGS=--upgrade takes the newest
	@scripts/lock $(ARGS)

benchmark: setup ## measure start-up, deciding and composing
	@.venv/bin/python -m benchmarks $(ARGS)

clean: ## remove all that the others made
	rm -rf .venv out build dist *.egg-info .hypothesis .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
