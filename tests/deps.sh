#!/bin/sh
# Installs those of the packages named that are missing; says what to install on a
# system that is neither Debian nor Ubuntu.
set -u
if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
	cat <<-EOF
	This is neither Debian nor Ubuntu. Please install, by your system's names for them:
	a C compiler, make, pkg-config, and the development files of ncurses (wide),
	readline, jansson, libmnl and check; for the tests also tmux, ss (iproute2),
	ps (procps), netstat (net-tools), groff, socat, ncat, busybox and python3.
	EOF
	for library in ncursesw readline jansson libmnl check; do
		pkg-config --exists "$library" || exit 1
	done
	exit 0
fi
missing=
for package in "$@"; do
	case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
	"install ok installed") ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0
echo "Installing:$missing"
if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1; then
	as_root=sudo
else
	echo "This wants root, and there is no sudo. As root: apt-get install$missing" >&2
	exit 1
fi
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || exit 1
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends $missing
