# jamd: `make run` plays, `make test` runs all tests. make fetches what is missing, except Go and Python.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

GO     ?= go
PYTHON ?= python3
ARGS   ?=
FUZZTIME ?= 4m20s

VERSION = $(shell $(PYTHON) assets/package/version.py)
CACHE   = $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/jamd

# ONNX Runtime's shared library lies beside the binary. Test binaries lie elsewhere, so the variable tells them its path. Whoever sets the
# variable uses a library of their own, and none is fetched.
ifneq ($(JAMD_ORT_LIB),)
ORT_LIBRARY := $(abspath $(JAMD_ORT_LIB))
else ifeq ($(shell uname -s),Darwin)
ORT_LIBRARY := $(abspath bin)/libonnxruntime.dylib
else
ORT_LIBRARY := $(abspath bin)/libonnxruntime.so
endif
WITH_ORT = JAMD_ORT_LIB="$(ORT_LIBRARY)"

# The environment of the Python package: one for each version of its lock file, shared by all checkouts.
TRAIN_LOCK  = train/requirements.lock
TRAIN_ENV   = $(CACHE)/train-$(shell (sha256sum $(TRAIN_LOCK) 2>/dev/null || shasum -a 256 $(TRAIN_LOCK)) | cut -c 1-12)
TRAIN_READY = $(TRAIN_ENV)/.complete

# The environment of the comparison with ReaLJam; the networks for both systems lie below it.
REALJAM_LOCK  = bench/realjam/requirements.lock
REALJAM_ENV   = $(CACHE)/realjam-$(shell (sha256sum $(REALJAM_LOCK) 2>/dev/null || shasum -a 256 $(REALJAM_LOCK)) | cut -c 1-12)
REALJAM_READY = $(REALJAM_ENV)/.complete

# The environment for reading what jamd exports: the tests of session/readers, and docs/analysis.ipynb.
READERS_LOCK  = session/readers/requirements.lock
READERS_ENV   = $(CACHE)/readers-$(shell (sha256sum $(READERS_LOCK) 2>/dev/null || shasum -a 256 $(READERS_LOCK)) | cut -c 1-12)
READERS_READY = $(READERS_ENV)/.complete

# The environment of make docs.
DOCS_LOCK  = docs/requirements.lock
DOCS_ENV   = $(CACHE)/docs-$(shell (sha256sum $(DOCS_LOCK) 2>/dev/null || shasum -a 256 $(DOCS_LOCK)) | cut -c 1-12)
DOCS_READY = $(DOCS_ENV)/.complete

# gotestsum runs go test, prints failures and the reasons for skipped tests, and counts both. Only a test that hangs meets the time limit.
GOTEST = $(GO) run gotest.tools/gotestsum@v1.13.0 --format pkgname-and-test-fails --format-hide-empty-pkg -- -timeout 2h
GOLANGCI_LINT = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2
UV            = uv==0.13.9

##@ Play

.PHONY: help
help: ## Show this help
	@awk 'BEGIN { FS = ":.*## "; print "usage: make TARGET" } \
	    /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: build ## Show a jam by itself: a bundled tune plays; with ARGS='--in NAME --out NAME' it is your keyboard
	bin/jamd play $(or $(ARGS),--demo)

.PHONY: build
build: ## Build bin/jamd and put ONNX Runtime's library beside it
	@.ci/system-packages build
	@[[ -n "$(JAMD_ORT_LIB)" ]] || $(PYTHON) assets/fetch-onnxruntime bin
	CGO_ENABLED=1 $(GO) build -trimpath -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o bin/jamd ./cmd/jamd

.PHONY: cuda
cuda: build ## Fetch ONNX Runtime with CUDA and NVIDIA's libraries, for --provider cuda (Linux, 3.5 GB in bin/cuda)
	@.ci/system-packages build
	$(PYTHON) -m pip --disable-pip-version-check install --quiet --no-deps --upgrade --require-hashes \
	    --target bin/cuda -r assets/onnxruntime-gpu.lock

##@ Check

TESTS = test-go test-race test-web test-python test-exports test-alsa

.PHONY: test
test: ## Run all tests, even after a failure: Go, race detector, Python, exports, real MIDI
	@MAKE="$(MAKE)" .ci/parts $(TESTS)

.PHONY: check
check: ## Run all tests and lint
	@MAKE="$(MAKE)" .ci/parts $(TESTS) lint

# The page's packages: its linter, its unit tests, and axe-core, with which the browser tests check its accessibility. Without npm these
# checks are skipped, and say so.
WEB_LOCK  = ui/web/package-lock.json
WEB_READY = ui/web/node_modules/.package-lock.json

$(WEB_READY): $(WEB_LOCK)
	@! command -v npm >/dev/null || (cd ui/web && npm ci --no-audit --no-fund --silent && touch node_modules/.package-lock.json) || true

.PHONY: test-go
test-go: build $(WEB_READY) ## Vet the Go code and run its tests
	@.ci/system-packages test || true
	$(GO) vet ./...
	@unformatted=$$(gofmt -l .); [[ -z $$unformatted ]] || { echo "run gofmt -w on: $$unformatted" >&2; exit 1; }
	$(WITH_ORT) $(GOTEST) ./...

.PHONY: test-race
test-race: build ## Run the Go tests with the race detector, without browsers and long jams
	CGO_ENABLED=1 $(WITH_ORT) $(GOTEST) -race -short ./...

.PHONY: test-page
test-page: build $(WEB_READY) ## Test the page and its server in Chromium, Firefox and WebKit, and write the screenshots to docs/pictures
	@.ci/system-packages page || true
	$(GO) test ./ui ./archive ./blind
	$(WITH_ORT) $(GO) test ./cmd/jamd -run 'Browser|TestScripts/ctl' -v -pictures

.PHONY: test-web
test-web: $(WEB_READY) ## Run the unit tests of the page's code (needs Node 20 or newer)
	@if [[ -e $(WEB_READY) ]]; then cd ui/web && NO_COLOR=1 npm test --silent; else echo "1 skipped: npm is missing, in 0s"; fi

.PHONY: test-python
test-python: train-env ## Run the tests of the Python packages train and bench
	$(TRAIN_ENV)/bin/python -m pytest -q train bench

.PHONY: test-exports
test-exports: build $(READERS_READY) ## Read jamd's exports with mido, music21, pandas and DuckDB, and run the notebook
	@.ci/system-packages test || true
	$(WITH_ORT) $(READERS_ENV)/bin/python -m pytest -q session/readers

.PHONY: test-alsa
test-alsa: build ## Play through the real ALSA sequencer in an emulated machine (Linux)
	@.ci/system-packages test || true
	GOTEST="$(GOTEST)" midiio/alsa/test

.PHONY: fuzz
fuzz: ## Fuzz every parser and the engine, each target for FUZZTIME (4m20s: an hour in all)
	@$(GO) test -list '^Fuzz' ./... | awk '/^Fuzz/ { names[n++] = $$1 } /^ok/ { while (n) print $$2, names[--n] }' | { \
	    failed=0; while read -r package target; do echo "$$package $$target"; \
	        $(GO) test "$$package" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $(ARGS) || failed=1; \
	    done; exit $$failed; }

.PHONY: lint
lint: train-env $(WEB_READY) ## Run golangci-lint, go vet for Windows and macOS, ruff, and Biome over the page
	@# A cache of this checkout's own: a shared one gives the paths of another checkout of the same files, and its exclusions are then lost.
	GOLANGCI_LINT_CACHE="$(CURDIR)/bin/golangci-lint" $(GOLANGCI_LINT) run --allow-parallel-runners
	@GO="$(GO)" .ci/vet-elsewhere
	$(TRAIN_ENV)/bin/ruff check train bench session assets/fetch-onnxruntime assets/package
	@if [[ -e $(WEB_READY) ]]; then cd ui/web && npm run --silent lint; else echo "the page is not linted: npm is missing"; fi

.PHONY: bench
bench: build ## Measure the engine and one policy step
	$(WITH_ORT) $(GO) test -run '^$$' -bench . -benchmem ./jam/... ./model

.PHONY: bench-realjam
bench-realjam: build $(REALJAM_READY) ## Compare jamd with ReaLJam and write docs/comparison.md; ARGS=--quick prints a short run
	$(REALJAM_ENV)/bin/python -m bench.realjam --home "$(REALJAM_ENV)/home" $(ARGS)

##@ Develop

.PHONY: page
page: ## Build the page from ui/web into ui/dist (needs Node 20 or newer)
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer" >&2; exit 1; }
	cd ui/web && npm ci --no-audit --no-fund && npm run build

.PHONY: docs
docs: $(DOCS_READY) ## Build the documentation as a site in bin/docs/site
	docs/build "$(DOCS_ENV)/bin/zensical"

.PHONY: train-env
train-env: $(TRAIN_READY) ## Make the Python environment of the package train in the user's cache

# Makes an environment. The mark .complete is written last, so an unfinished environment is made again. $(1) is the folder, $(2) the lock file.
define make-environment
	@.ci/system-packages environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "install Python 3.11 or newer: this is " + sys.version)'
	@echo "making the Python environment $(1): this takes some minutes, once"
	rm -rf "$(1)"
	$(PYTHON) -m venv "$(1)"
	"$(1)/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes -r $(2)
	touch $@
endef

$(TRAIN_READY):
	$(call make-environment,$(TRAIN_ENV),$(TRAIN_LOCK))

$(REALJAM_READY):
	$(call make-environment,$(REALJAM_ENV),$(REALJAM_LOCK))

$(DOCS_READY):
	$(call make-environment,$(DOCS_ENV),$(DOCS_LOCK))

$(READERS_READY):
	$(call make-environment,$(READERS_ENV),$(READERS_LOCK))

.PHONY: notebook-path
notebook-path: $(READERS_READY) ## Print the line that puts the environment of docs/analysis.ipynb first in PATH
	@echo 'export PATH="$(READERS_ENV)/bin:$$PATH"'

.PHONY: train-path
train-path: train-env ## Print the line that puts the environment of train first in PATH
	@echo 'export PATH="$(TRAIN_ENV)/bin:$$PATH"'

.PHONY: lock
lock: ## Recompile the Python lock files: those of the environments and that of make cuda
	@.ci/system-packages environment
	$(PYTHON) -m venv "$(CACHE)/lock"
	"$(CACHE)/lock/bin/python" -m pip --disable-pip-version-check install --quiet $(UV)
	for lock in $(TRAIN_LOCK) $(REALJAM_LOCK) $(READERS_LOCK) $(DOCS_LOCK); do \
	    "$(CACHE)/lock/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	        --upgrade --output-file $$lock $${lock%.lock}.in; done
	"$(CACHE)/lock/bin/uv" pip compile --quiet --python-platform linux --python-version 3.11 --generate-hashes --no-header \
	    --upgrade --output-file assets/onnxruntime-gpu.lock assets/onnxruntime-gpu.in

##@ Release

.PHONY: packages
packages: ## Build the packages of a release into bin/packages: .deb, .rpm, .tar.gz and .zip (on Debian 12 or Ubuntu 22.04)
	@.ci/system-packages build
	@.ci/system-packages packages
	@GO="$(GO)" $(PYTHON) assets/package/pack.py bin/packages

.PHONY: vulnerabilities
vulnerabilities: ## Look for known faults in the Go code that jamd calls, and in the pinned packages of npm and Python (needs the network)
	@GO="$(GO)" PYTHON="$(PYTHON)" GOVULNDB="$(GOVULNDB)" .ci/vulnerabilities "$(CACHE)/audit" $(TRAIN_LOCK) $(REALJAM_LOCK) $(READERS_LOCK) $(DOCS_LOCK)

.PHONY: packages-twice
packages-twice: ## Build the packages of the last commit twice and compare their bytes
	@MAKE="$(MAKE)" assets/package/twice

##@ Clean

.PHONY: clean
clean: ## Remove everything built in the checkout
	rm -rf bin .ruff_cache .pytest_cache .hypothesis
	find train bench session -name __pycache__ -prune -exec rm -rf {} +
