# Firehall. `make` alone lists what can be made.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.SILENT:
.DEFAULT_GOAL := help

# The tools (gofumpt, staticcheck, templ, sqlc) are built once for each version of tools/ and of Go.
TOOLS := .tools/$(shell (cat tools/go.mod tools/go.sum; go env GOVERSION) | cksum | cut -d ' ' -f 1)
export PATH := $(CURDIR)/$(TOOLS):$(PATH)

# What is tested with the race detector: the pure packages and the engine. The rest works mostly in
# the database, which is many times slower under it. internal/arch checks that no pure package is missing.
RACED := id fault span timeline \
	alert route escalation schedule rota notify quiet monitor service change incident \
	runbook review statuspage team pay report remote setup \
	engine
TESTED := go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}'
RACED_DIRS = $(addprefix ./,$(addsuffix /...,$(wildcard $(addprefix internal/,$(RACED)))))
GOTEST := go test -vet=off -timeout 20m

.PHONY: help run dev check test tests generate bench soak release clean needs

help:
	sed -n 's/^## //p' Makefile

## make run       Firehall with sample data, in a throw-away folder
run:
	go run ./cmd/firehall demo

## make dev       the same, rebuilt and restarted when a file changes
dev: $(TOOLS)
	scripts/dev.sh

## make check     the quick loop: format, vet, build, short tests of what changed
check: $(TOOLS)
	scripts/check-format.sh
	go vet ./...
	go build ./...
	go test -vet=off -short $$(scripts/changed-packages.sh)

## make test      everything that CI runs
test: $(TOOLS)
	scripts/check-format.sh
	scripts/check-generated.sh
	go vet ./...
	staticcheck ./...
	go run ./internal/pgtest/cmd $(MAKE) tests

# The tests alone; `make test` runs them beside a PostgreSQL that they share.
tests:
	$(TESTED) $(RACED_DIRS) | xargs -r $(GOTEST) -race
	if [ -d internal/smoke ]; then $(GOTEST) -race -short ./internal/smoke/...; fi
	comm -23 <($(TESTED) ./... | sort) <($(TESTED) $(RACED_DIRS) | sort) | xargs -r $(GOTEST)

## make generate  Go code from the .templ and .sql files
generate: $(TOOLS)
	scripts/generate.sh

## make bench     the benchmarks, as a table (ARGS="…" for its flags)
bench: needs
	go run ./internal/bench $(ARGS)

## make soak      the long run: 100,000 pages on each database while nodes are killed, under an hour (PAGES=… for another number)
PAGES ?= 100000
soak: needs
	FIREHALL_SOAK=$(PAGES) go run ./internal/pgtest/cmd go test -count 1 -timeout 4h -run '^TestSoak' -v ./internal/e2e

## make release   static programs for Linux with checksums, into dist/ (VERSION=1.2.3, else of git describe)
release:
	scripts/release.sh dist

## make clean     removes built tools, releases and what dev left
clean:
	rm -rf .tools dist

needs:
	scripts/install-test-needs.sh

# Built aside and moved, so that a folder that is there is whole. They need no C compiler.
$(TOOLS): | needs
	echo "building the tools, once: a minute or two"
	rm -rf $@.new
	cd tools && GOBIN=$(CURDIR)/$@.new CGO_ENABLED=0 go install tool
	mv $@.new $@
