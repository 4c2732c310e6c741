# SPDX-License-Identifier: MIT
# Makes the applet table of what lib/page.awk has read. Help texts and scripts, a tenth of the program, are packed by
# byte pair encoding: a byte from 128 on stands for a pair of bytes, which may be such themselves.

function quoted(text, n, c, line) {
	gsub(/\\/, "&&", text)
	gsub(/"/, "\\\"", text)
	gsub(/\n/, "\\n\"\n\t\"", text)
	for (n = 128; n < 128 + pairs; n++)
		gsub(sprintf("%c", n), sprintf("\\%o\"\"", n), text)
	return "\"" text "\""
}

# One byte as a regular expression.
function literal(c) {
	if (c ~ /[A-Za-z0-9]/ || c ~ /[\200-\377]/) return c
	return c == "\\" || c == "^" ? "\\" c : "[" c "]"
}

# Packs all that is in packed[1..n], the same table for all. Each round counts all pairs and takes the ten most frequent
# that have no byte in common: one of them is as good as the best of a count of its own would be.
function pack(n, all, i, k, p, seen, taken, best, a, b) {
	all = ""
	for (i = 1; i <= n; i++) all = all packed[i] "\1"
	if (all ~ /[\200-\377]/) { print "a page or script is not ASCII" > "/dev/stderr"; exit 1 }
	for (pairs = 0; pairs < 128;) {
		split("", seen)
		split("", taken)
		for (i = 1; i < length(all); i++) seen[substr(all, i, 2)]++
		for (k = 0; k < 10 && pairs < 128; k++) {
			best = ""
			for (p in seen)
				if (p !~ /\1/ && !(substr(p, 1, 1) in taken) && !(substr(p, 2, 1) in taken) &&
				    (best == "" || seen[p] > seen[best] || (seen[p] == seen[best] && p < best)))
					best = p
			if (best == "" || seen[best] < 4) break
			a = substr(best, 1, 1)
			b = substr(best, 2, 1)
			taken[a] = taken[b] = 1
			pair[pairs] = best
			gsub(literal(a) literal(b), sprintf("%c", 128 + pairs), all)
			pairs++
		}
		if (k == 0) break
	}
	for (i = 1; i <= n; i++) {
		packed[i] = substr(all, 1, index(all, "\1") - 1)
		all = substr(all, index(all, "\1") + 1)
	}
}

# Behind an operand that is a program all is the program's. A step that always has one operand, an id, knows where its
# options end; a verb takes them anywhere, unless there are arguments of a program's.
function order(a) {
	if (a in script && !(a in compiled) && synopsis[a] !~ /argument \.\.\./) return "OPTIONS_ANYWHERE"
	return synopsis[a] ~ /. id \[command \.\.\.\]$/ ? "OPTIONS_BEHIND_ID" : "OPTIONS_FIRST"
}

# A byte in C.
function character(c, i) {
	for (i = 1; i < 256; i++)
		if (c == sprintf("%c", i)) return i
}

END {
	if (failed) exit 1
	print "/* made by lib/table.awk from the manual pages */\n#include \"ocibox.h\"\n"
	for (a in compiled) {
		if (!(a in about)) { print "applets/" a ".c: no page man/" a ".8" > "/dev/stderr"; exit 1 }
		main_of = a
		gsub(/-/, "_", main_of)
		print "char **" main_of "_main(int argc, char **argv);"
	}
	for (a in script)
		if (!(a in about)) { print "applets/" a ".sh: no page man/" a ".8" > "/dev/stderr"; exit 1 }
	# the chain looks a name up by halves
	for (i = 2; i <= count; i++)
		for (j = i; j > 1 && names[j - 1] > names[j]; j--) {
			a = names[j]
			names[j] = names[j - 1]
			names[j - 1] = a
		}
	for (i = 1; i <= count; i++) {
		a = names[i]
		packed[++texts] = synopsis[a] "\n" about[a] "\n" options[a]
		help_of[a] = texts
		if (a in script) {
			packed[++texts] = script[a]
			script_of[a] = texts
		}
	}
	pack(texts)
	print "\nconst struct applet applets[] = {"
	for (i = 1; i <= count; i++) {
		a = names[i]
		if (a != "ocibox" && !(a in compiled) && !(a in script)) continue
		main_of = a
		gsub(/-/, "_", main_of)
		print "\t{ " quoted(a) ",\n\t" \
			quoted(packed[help_of[a]]) ",\n\t" quoted(rows[a]) ",\n\t" \
			(a in compiled ? main_of "_main" : "NULL") ", " (a in script ? quoted(packed[script_of[a]]) : "NULL") ",\n\t" order(a) " },"
	}
	print "};\nconst size_t applet_count = sizeof(applets) / sizeof(applets[0]);"
	print "const unsigned char applet_pairs[128][2] = {"
	for (i = 0; i < pairs; i++)
		print "\t{ " character(substr(pair[i], 1, 1)) ", " character(substr(pair[i], 2, 1)) " },"
	print "};"
}
