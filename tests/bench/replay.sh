#!/bin/sh
# A recorded session of a million events: how long it takes to open, and the longest
# of 400 steps through it.  Bounds: 2 s and 50 ms.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
events=${1:-1000000}
make -s BUILD="$BUILD" "$BUILD/make_recording" "$BUILD/replay_time" >&2 || exit 1
file=$(mktemp) || exit 1
trap 'rm -f "$file"' EXIT
"$BUILD/make_recording" "$events" >"$file" && "$BUILD/replay_time" "$file"
