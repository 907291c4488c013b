# jamd: `make run` plays, `make test` checks everything. What is missing is brought; Go and Python must be there.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

GO     ?= go
PYTHON ?= python3
ARGS   ?=

VERSION = $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
CACHE   = $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/jamd

# ONNX Runtime's shared library lies beside the binary; tests of a package do not, so they are told.
ifeq ($(shell uname -s),Darwin)
ORT_LIBRARY := $(abspath bin)/libonnxruntime.dylib
else
ORT_LIBRARY := $(abspath bin)/libonnxruntime.so
endif
WITH_ORT = JAMD_ORT_LIB="$(ORT_LIBRARY)"

# The environment of the Python package, one for each content of its lock file, shared by all checkouts.
TRAIN_LOCK  = train/requirements.lock
TRAIN_ENV   = $(CACHE)/train-$(shell (sha256sum $(TRAIN_LOCK) 2>/dev/null || shasum -a 256 $(TRAIN_LOCK)) | cut -c 1-12)
TRAIN_READY = $(TRAIN_ENV)/.complete

GOLANGCI_LINT = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2
UV            = uv==0.13.9

##@ Play

.PHONY: help
help: ## Show this help
	@awk 'BEGIN { FS = ":.*## "; print "usage: make TARGET" } \
	    /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: build ## Play: the demo melody, or your keyboard with ARGS='--in NAME --out NAME'
	bin/jamd play $(ARGS)

.PHONY: build
build: ## Build bin/jamd, with ONNX Runtime's library beside it
	@.ci/system-packages build
	@$(PYTHON) assets/fetch-onnxruntime bin
	CGO_ENABLED=1 $(GO) build -trimpath -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o bin/jamd ./cmd/jamd

##@ Check

.PHONY: test
test: test-go test-python test-alsa ## Run all tests: Go, Python, real MIDI

.PHONY: test-go
test-go: build ## Vet the Go code, run its tests, and those of the concurrent rooms with the race detector
	@.ci/system-packages test || true
	$(GO) vet ./...
	@unformatted=$$(gofmt -l .); [[ -z $$unformatted ]] || { echo "run gofmt -w on: $$unformatted" >&2; exit 1; }
	$(WITH_ORT) $(GO) test ./...
	CGO_ENABLED=1 $(GO) test -race ./jam/... ./latency ./session

.PHONY: test-page
test-page: build ## Test the page and its server, in Chromium too, and keep the screenshots in docs/pictures
	@.ci/system-packages test || true
	$(GO) test ./ui
	$(WITH_ORT) $(GO) test ./cmd/jamd -run 'TestPageInABrowser|TestScripts/ctl|TestKept' -pictures

.PHONY: test-python
test-python: train-env ## Run the tests of the Python package train
	$(TRAIN_ENV)/bin/python -m pytest -q train

.PHONY: test-alsa
test-alsa: build ## Play through the real ALSA sequencer, in an emulated machine (Linux)
	@.ci/system-packages test || true
	midiio/alsa/test

.PHONY: lint
lint: train-env ## Run golangci-lint and ruff
	$(GOLANGCI_LINT) run
	$(TRAIN_ENV)/bin/ruff check train assets/fetch-onnxruntime

.PHONY: bench
bench: build ## Measure the engine and one policy step
	$(WITH_ORT) $(GO) test -run '^$$' -bench . -benchmem ./jam/... ./model

##@ Work on it

.PHONY: page
page: ## Build the page from ui/web into ui/dist (needs Node 20 or newer)
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer" >&2; exit 1; }
	cd ui/web && npm ci --no-audit --no-fund && npm run build

.PHONY: train-env
train-env: $(TRAIN_READY) ## Make the Python environment of the package train, in the user's cache

# Made whole or made again: the mark is written last.
$(TRAIN_READY):
	@.ci/system-packages build
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, not " + sys.version)'
	@echo "making the Python environment $(TRAIN_ENV): this takes minutes, once"
	rm -rf "$(TRAIN_ENV)"
	$(PYTHON) -m venv "$(TRAIN_ENV)"
	"$(TRAIN_ENV)/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes -r $(TRAIN_LOCK)
	touch $@

.PHONY: train-path
train-path: train-env ## Print the line that puts the Python environment first in the PATH
	@echo 'export PATH="$(TRAIN_ENV)/bin:$$PATH"'

.PHONY: lock
lock: ## Compile train/requirements.lock anew from train/requirements.in
	@.ci/system-packages build
	$(PYTHON) -m venv "$(CACHE)/lock"
	"$(CACHE)/lock/bin/python" -m pip --disable-pip-version-check install --quiet $(UV)
	"$(CACHE)/lock/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --upgrade --output-file $(TRAIN_LOCK) train/requirements.in

.PHONY: clean
clean: ## Remove what was built in the checkout
	rm -rf bin .ruff_cache .pytest_cache .hypothesis
	find train -name __pycache__ -prune -exec rm -rf {} +
