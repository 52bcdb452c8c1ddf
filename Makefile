# make          what is missing is installed, what is stale is built
# make test     all tests: unit, unit under sanitizers, end to end
# make demo     a mesh to look at (ONCE=1: show it and stop)
# make demo-wordpress
#               WordPress in a mesh with mutual TLS (ONCE=1 likewise)
# make bench    what Binnacle costs, beside its bars (BENCH="--quick --only table")
# make fuzz     every parser of foreign input is given what it is not made for,
#               a minute each (BINNACLE_FUZZ_SECONDS)
# The work is done by the scripts in tools/, which can be run by hand.

.PHONY: build deps venv test fuzz bench demo demo-wordpress lint format clean
.DEFAULT_GOAL := build

deps:
	@tools/install-deps

venv: deps
	@tools/make-venv

build: venv
	@tools/build release

test: venv
	@tools/run-tests

fuzz: venv
	@tools/fuzz

# ONCE and any other variable reaches the demo through the environment.
demo: build
	@build/venv/bin/python deploy/demo/run

demo-wordpress: build
	@tools/make-wordpress
	@build/venv/bin/python deploy/demo-wordpress/run

bench: venv
	@tools/bench $(BENCH)

lint: build
	@tools/lint

format:
	@tools/format

clean:
	rm -rf build
