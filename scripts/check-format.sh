#!/usr/bin/env bash
# Fails, and names the files, when a .go or .templ file is not formatted.
set -euo pipefail

unformatted=$(gofumpt -l .)
if [ -n "$unformatted" ]; then
	printf 'Not formatted; run `gofumpt -w .`:\n%s\n' "$unformatted" >&2
	exit 1
fi

# templ formats in place. A prettier is found on some machines only, so it is told of one that is on none.
if ! templ fmt -fail -log-level error -prettier-command no-prettier .; then
	echo 'Some .templ files were not formatted. They are now; look at `git diff`.' >&2
	exit 1
fi
