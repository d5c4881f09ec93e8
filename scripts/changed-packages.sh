#!/usr/bin/env bash
# Prints the packages with tests that have changed since the last commit, that import such a package
# directly, or are internal/arch. Without a commit, or when go.mod changed, it prints all with tests.
set -euo pipefail

everything() {
	go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...
	exit 0
}

git rev-parse -q --verify HEAD >/dev/null 2>&1 || everything
changed=$(git diff --name-only HEAD && git ls-files --others --exclude-standard)
grep -qx 'go\.mod' <<<"$changed" && everything

# A file belongs to the nearest package above it: testdata and queries count too.
packages=$(go list -f '{{.Dir}}' ./... | sed "s|^$PWD/||")
touched=$(while read -r file; do
	folder=$(dirname "$file")
	while [ "$folder" != . ] && ! grep -qxF "$folder" <<<"$packages"; do
		folder=$(dirname "$folder")
	done
	echo "$folder"
done <<<"$changed" | { grep -vx . || true; } | sort -u | tr "\n" " ")

go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}} {{join .Imports " "}} {{join .TestImports " "}} {{join .XTestImports " "}}{{end}}' ./... |
	awk -v touched="$touched" -v module="$(go list -m)" '
		BEGIN { n = split(touched, t); for (i = 1; i <= n; i++) hit[module "/" t[i]] = 1; hit[module "/internal/arch"] = 1 }
		{ for (i = 1; i <= NF; i++) if ($i in hit) { print $1; next } }'
