# make          what is missing is installed, what is stale is built
# make test     all tests: unit, unit under sanitizers, end to end
# make demo     a mesh to look at (ONCE=1: show it and stop)
# The work is done by the scripts in tools/, which can be run by hand.

.PHONY: build deps venv test demo lint format clean
.DEFAULT_GOAL := build

deps:
	@tools/install-deps

venv: deps
	@tools/make-venv

build: venv
	@tools/build release

test: venv
	@tools/run-tests

# ONCE and any other variable reaches the demo through the environment.
demo: build
	@build/venv/bin/python deploy/demo/run

lint: build
	@tools/lint

format:
	@tools/format

clean:
	rm -rf build
