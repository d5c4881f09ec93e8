#!/usr/bin/env bash
# Installs what the tests need and this Debian machine lacks: a C compiler (for the race detector),
# PostgreSQL, Prometheus, Alertmanager, Chromium and two proxies. Does nothing, at once, when all is there.
set -euo pipefail

missing=()
# lacks PACKAGE CHECK…: notes the package when the check fails.
lacks() {
	local package=$1
	shift
	"$@" >/dev/null 2>&1 || missing+=("$package")
}

lacks ca-certificates test -s /etc/ssl/certs/ca-certificates.crt
lacks gcc command -v gcc
lacks libc6-dev test -e /usr/include/stdlib.h
# Debian keeps PostgreSQL's programs off PATH.
lacks postgresql eval 'compgen -G "/usr/lib/postgresql/*/bin/initdb" || command -v initdb'
lacks prometheus command -v prometheus
lacks prometheus-alertmanager eval 'command -v prometheus-alertmanager || command -v alertmanager'
lacks chromium eval 'command -v chromium || command -v chromium-browser || command -v google-chrome'
lacks nginx-light command -v nginx
lacks caddy command -v caddy

[ ${#missing[@]} -gt 0 ] || exit 0

refuse() {
	echo "The tests need ${missing[*]}, and $1." >&2
	exit 1
}

as_root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || refuse "only root can install them: run \`apt-get install ${missing[*]}\` as root"
	as_root=(sudo)
fi
command -v apt-get >/dev/null || refuse "this machine has no apt-get: install them in its own way"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# apt runs apt-get with the words given. RUNLEVEL=1 keeps the packages from starting their servers.
apt() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq "$@" >"$log" 2>&1 ||
		{ cat "$log" >&2; refuse "apt-get $1 failed (above is why)"; }
}

echo "installing what the tests need: ${missing[*]}"
apt update
apt install -y --no-install-recommends "${missing[@]}"

# Where systemd runs, RUNLEVEL does not help: end what was started just now.
if [ -d /run/systemd/system ]; then
	for package in "${missing[@]}"; do
		case $package in
		postgresql | prometheus | prometheus-alertmanager | nginx-light | caddy)
			"${as_root[@]}" systemctl disable --quiet --now "${package%-light}" || true
			;;
		esac
	done
fi
