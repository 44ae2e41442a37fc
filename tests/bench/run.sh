#!/bin/sh
# make bench: every figure beside its reference, in one run.  Each tests/bench/NN-*.sh
# prints lines "figure|measured|reference|wanted|ok" (or "not ok"); this makes the table.
# In a network namespace of its own, where that may be had: nobody else's sockets.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
export BUILD
if [ -z "${BENCH_ALONE:-}" ]; then
	export BENCH_ALONE=no
	for unshare in 'unshare -n' 'unshare -rn'; do
		$unshare sh -c 'ip link set lo up' 2>/dev/null || continue
		export BENCH_ALONE=yes
		exec $unshare sh -c 'ip link set lo up && exec sh tests/bench/run.sh'
	done
fi
lines=$(mktemp) || exit 1
trap 'rm -f "$lines"' EXIT
[ "$BENCH_ALONE" = yes ] || echo "no network namespace: the sockets of others count, too"
printf '%-44s %-24s %-26s %-10s %s\n' figure measured reference wanted ''
for script in tests/bench/[0-9]*.sh; do
	sh "$script" >"$lines" || echo "$script|failed|||not ok" >>"$lines"
	while IFS='|' read -r figure measured reference wanted good; do
		printf '%-44s %-24s %-26s %-10s %s\n' "$figure" "$measured" \
		    "$reference" "$wanted" "$good"
	done <"$lines"
done
