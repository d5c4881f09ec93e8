#!/usr/bin/env bash
# Runs the demo, and builds and restarts it when a source file changes. A build that fails leaves
# the running one alone; one that changes nothing restarts nothing.
set -euo pipefail

state=.tools/dev
mkdir -p "$state"
running=

# newer PATTERN… says whether a file with such a name has changed since the last look.
newer() {
	local names=()
	for pattern in "$@"; do names+=(-o -name "$pattern"); done
	[ -n "$(find . \( -path ./.git -o -path ./.tools -o -path ./firehall-data \) -prune -o \
		-newer "$state/looked" \( "${names[@]:1}" \) -print -quit)" ]
}

# build makes the program as "$state/new"; it fails when that is what runs already.
build() {
	if [ "$1" = generate ]; then scripts/generate.sh || return; fi
	go build -o "$state/new" ./cmd/firehall && ! cmp -s "$state/new" "$state/firehall"
}

stop() {
	[ -z "$running" ] || { kill "$running" 2>/dev/null || true; wait "$running" 2>/dev/null || true; }
	running=
}
trap stop EXIT
trap 'exit 0' INT TERM

touch -d @0 "$state/looked"
rm -f "$state/firehall"
while true; do
	generated=kept
	if newer '*.templ' '*.sql'; then generated=generate; fi
	if newer '*.go' '*.templ' '*.sql' '*.css' '*.js' '*.tmpl' go.mod; then
		touch "$state/looked"
		if build "$generated"; then
			stop
			mv "$state/new" "$state/firehall"
			"$state/firehall" demo &
			running=$!
		fi
	fi
	sleep 1
done
