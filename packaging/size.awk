# SPDX-License-Identifier: MIT
# Reads the map that ld(1) writes: the bytes that each object has in the program, after what nobody calls was left out.
# An applet's are those of its own object; what several applets call is the lib's. Help texts, option names and
# scripts of all commands stand in table.o.

/^Linker script and memory map/ { body = 1 }
!body { next }
# the name of a section stands on a line of its own when it is long
/^ [.*][^ ]+$/ { next }
# what compiled each object is told once for all
/^ [.]comment / { next }
{
	line = $0
	sub(/^ [.][^ ]+/, "", line)
	if (split(line, word, " ") != 3 || word[1] !~ /^0x0*[1-9a-f]/ || word[2] !~ /^0x/ || $0 !~ /^ /) next
	# what the program does not have in memory has the address 0 in the map
	name = word[3]
	archive = name
	if (name ~ /[.]a[(]/) {
		sub(/[.]a[(].*/, ".a", archive)
		sub(/.*\//, "", archive)
		name = archive
	} else sub(/.*\//, "", name)
	bytes[name] += number(substr(word[2], 3))
}

function number(hex, i, n) {
	for (i = 1; i <= length(hex); i++) n = 16 * n + index("0123456789abcdef", substr(hex, i, 1)) - 1
	return n
}

END {
	for (name in bytes) {
		if (name ~ /^oci-.*[.]o$/) {
			sub(/[.]o$/, "", name)
			printf "%d %s\n", bytes[name ".o"], name | "sort -n"
		} else if (name ~ /[.]a$/) libraries[name] = bytes[name]
		else if (name == "table.o") table = bytes[name]
		else lib += bytes[name]
	}
	close("sort -n")
	print table + 0, "help, options and scripts of all commands"
	print lib + 0, "lib, which applets share"
	for (name in libraries) print libraries[name], name
}
