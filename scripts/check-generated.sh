#!/usr/bin/env bash
# Fails when generated code is not what its sources say. It generates in place and compares with
# what was there, so it holds for any working tree, whatever else is changed in it.
set -euo pipefail

# sums prints the checksum and name of every generated file.
sums() {
	find . -name '*.go' -not -path './.tools/*' -print0 |
		xargs -0 grep -lZE '^// Code generated .* DO NOT EDIT\.$' | xargs -0 -r sha256sum | sort -k 2
}

before=$(sums || true)
scripts/generate.sh
after=$(sums || true)

if [ "$before" != "$after" ]; then
	echo 'These generated files were out of date. They are right now; commit them:' >&2
	diff <(echo "$before") <(echo "$after") | sed -n 's/^[<>] *[0-9a-f]* */  /p' | sort -u >&2
	exit 1
fi
