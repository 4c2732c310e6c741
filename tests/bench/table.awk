# SPDX-License-Identifier: MIT
# The tables of bench: the times that pairs has written ("table/name" and six numbers), then the counts.
# A ratio that has a target is followed by it, and by "missed" where it is.
BEGIN {
	FS = "\t"
	target["run /bin/true", "crun"] = 0.5
	target["run /bin/true", "floor"] = 2
	target["create, start, delete --force", "crun"] = 0.5
	target["exec /bin/true", "crun"] = 0.5
	target["state", "crun"] = 0.2
}

NR == FNR {
	at = match($1, "/[^/]*$")
	table = substr($1, 1, at - 1)
	name = substr($1, at + 1)
	if (!(table in rows)) tables[++table_count] = table
	row[table, ++rows[table]] = name
	for (i = 2; i <= 6; i++) time[table, name, i] = $i / 1000
	next
}

FNR == 1 { times() }

$1 == "waiting" { waiting[$2] = $3; next }

{
	if ($1 != last) printf "\n%-30s %12s %10s %9s %10s %10s\n", $1, "system calls", "processes", "programs", "peak KiB", "shell KiB"
	last = $1
	printf "%-30s %12d %10d %9d %10d %10s\n", $2, $3, $4, $5, $6, $7
}

END {
	printf "\n%-30s %12s\n", "waiting for start", "resident KiB"
	for (name in waiting) printf "%-30s %12d%s\n", name, waiting[name], name == "ocibox" ? "  (at most 400)" : ""
}

# the ratio of ours to the first whose name begins with other, as text with its target
function against(table, name, other,    i, of, value) {
	for (i = 1; i <= rows[table] && !of; i++)
		if (index(row[table, i], other) == 1) of = time[table, row[table, i], 2]
	if (!of) return "-"
	value = time[table, name, 2] / of
	if (name != "ocibox" || !((table, other) in target)) return sprintf("%.2f", value)
	return sprintf("%.2f of %.1f%s", value, target[table, other], value <= target[table, other] ? "" : " missed")
}

function times(    t, i, table, name, more) {
	for (t = 1; t <= table_count; t++) {
		table = tables[t]
		printf "\n%-30s %9s %9s %9s %9s %9s  %-18s %s\n", table, "median ms", "quartile", "quartile", "min", "max", "to crun", "to floor"
		for (i = 1; i <= rows[table]; i++) {
			name = row[table, i]
			printf "%-30s %9.2f %9.2f %9.2f %9.2f %9.2f  %-18s %s\n", name, time[table, name, 2], time[table, name, 5], time[table, name, 6],
				time[table, name, 3], time[table, name, 4], against(table, name, "crun"), against(table, name, "floor")
		}
		# what the kernel takes to load the filter, and to take it back, is floor's
		for (i = 1; table ~ /seccomp/ && i <= rows[table]; i++) {
			name = row[table, i]
			more = time[table, name, 2] - time["run /bin/true", name, 2]
			printf "%-30s %9.2f %9.2f more than without a profile%s\n", name, more, time[table, name, 5] - time["run /bin/true", name, 5],
				name == "ocibox" ? ", of 0.2" (more <= 0.2 ? "" : " missed") : ""
		}
	}
}
