# A thin face of make.py, which does the work on any system: `make book` is `python3 make.py book`.
# Variables that decide by hand (make test CPU=1 JOBS=4): see the head of make.py.

PYTHON ?= python3
TARGETS := setup book serve lab quick test test-package test-notebooks test-site test-live \
           lint lint-js notebooks elsewhere newest examples bench lighthouse clean
export CPU HERE JOBS KEEP_GOING

.DEFAULT_GOAL := help
.PHONY: help $(TARGETS)

help $(TARGETS):
	@$(PYTHON) make.py $@
