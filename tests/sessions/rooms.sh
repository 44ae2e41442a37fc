#!/bin/sh
# The rooms of the house: none uses itself by way of another, and README draws them as the
# includes have them (make rooms).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
plan 2
python3 tests/tools/rooms.py README.md >"$work/out" 2>&1
verdict 'no room and no module is in a circle, and README draws the rooms' $?

# an include that climbs is named: here the lowest room would use the highest
mkdir "$work/house"
cp -r Makefile README.md protocol server client core tui "$work/house"
echo '#include "session.h"' >>"$work/house/core/base/loop.h"
(cd "$work/house" && python3 "$OLDPWD/tests/tools/rooms.py" README.md) >"$work/out" 2>&1
[ $? -ne 0 ] && grep -q '^rooms in a circle: .*core/base' "$work/out"
verdict 'an include that climbs is found' $?
exit $status
