# processes.sh: read in by tests that kill: who descends from whom, who still runs.

# PIDs of PID and all that descends from it, zombies left out
family() {
	ps -e -o pid=,ppid=,stat= | awk -v root="$1" '
	    { parent[$1] = $2; state[$1] = $3 }
	    END { for (pid in parent) {
	        p = pid; while (p > 1 && p != root) p = parent[p]
	        if (p == root && state[pid] !~ /^Z/) print pid } }'
}

# Of these PIDs, those that still run
alive() {
	for pid in "$@"; do
		case $(ps -o stat= -p "$pid" 2>/dev/null) in
		'' | Z*) ;;
		*) echo "$pid" ;;
		esac
	done
}

# Waits until COMMAND succeeds, at most SECONDS
await() {
	limit=$1
	shift
	timeout "$limit" sh -c "until $*; do sleep 0.02; done" >/dev/null 2>&1 # sleep-ok: between two looks
}
