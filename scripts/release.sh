#!/usr/bin/env bash
# Builds a release into a folder (dist/): for each machine a .tar.gz with the program, its unit for systemd and its
# licence, and SHA256SUMS. The version is VERSION, else what `git describe` says. Everything is built twice, the second
# time from a copy of the source in another folder, and must come out the same, byte for byte.
#
#   scripts/release.sh [FOLDER]        ARCHS="amd64 arm64"   VERSION=1.2.3
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-dist}
version=${VERSION:-$(git describe --tags --always --dirty)}
version=${version#v}
archs=${ARCHS:-amd64 arm64}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER: builds the source in the current folder into FOLDER.
build() {
	local into=$1 arch name
	for arch in $archs; do
		name=firehall-$version-linux-$arch
		mkdir -p "$into/$name"
		CGO_ENABLED=0 GOOS=linux GOARCH=$arch GOFLAGS=-mod=readonly go build -trimpath -buildvcs=false \
			-ldflags "-s -w -buildid= -X main.version=$version" -o "$into/$name/firehall" ./cmd/firehall
		install -m 0644 LICENSE contrib/systemd/firehall.service "$into/$name/"
		tar -C "$into" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w -cf - "$name" |
			gzip -9n >"$into/$name.tar.gz"
	done
}

# The copy has what a commit would have, so that nothing unnoticed gets in.
mkdir "$work/source"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
	[ ! -e "$file" ] || printf '%s\0' "$file"
done | tar -cf - --null -T - | tar -C "$work/source" -xf -

build "$work/one"
(cd "$work/source" && build "$work/two")

for arch in $archs; do
	name=firehall-$version-linux-$arch
	cmp "$work/one/$name.tar.gz" "$work/two/$name.tar.gz" || {
		echo "building $name twice gave different bytes" >&2
		exit 1
	}
	if ldd "$work/one/$name/firehall" >/dev/null 2>&1; then
		echo "$name needs shared libraries" >&2
		exit 1
	fi
	if [ "$arch" = "$(go env GOHOSTARCH)" ] && [ "$("$work/one/$name/firehall" version)" != "firehall $version" ]; then
		echo "$name does not say that it is version $version" >&2
		exit 1
	fi
done

mkdir -p "$out"
for arch in $archs; do
	mv "$work/one/firehall-$version-linux-$arch.tar.gz" "$out/"
done
(cd "$out" && sha256sum -- firehall-"$version"-linux-*.tar.gz >SHA256SUMS)
cat "$out/SHA256SUMS"
