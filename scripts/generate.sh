#!/usr/bin/env bash
# Makes Go code from every .templ file and for every sqlc.yaml, in place.
set -euo pipefail

templ generate -log-level error
find . -name sqlc.yaml -not -path './.tools/*' | while read -r config; do
	sqlc generate -f "$config"
done
