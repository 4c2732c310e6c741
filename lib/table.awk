# SPDX-License-Identifier: MIT
# Makes the applet table of what lib/page.awk has read.

function quoted(text) {
	gsub(/\\/, "&&", text)
	gsub(/"/, "\\\"", text)
	gsub(/\n/, "\\n\"\n\t\"", text)
	return "\"" text "\""
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
	print "\nconst struct applet applets[] = {"
	for (i = 1; i <= count; i++) {
		a = names[i]
		if (a != "ocibox" && !(a in compiled) && !(a in script)) continue
		main_of = a
		gsub(/-/, "_", main_of)
		print "\t{ " quoted(a) ", " quoted(synopsis[a]) ",\n\t" \
			quoted("usage: " synopsis[a] "\n" about[a] "\n" options[a]) ",\n\t" quoted(rows[a]) ",\n\t" \
			(a in compiled ? main_of "_main" : "NULL") ", " (a in script ? quoted(script[a]) : "NULL") " },"
	}
	print "};\nconst size_t applet_count = sizeof(applets) / sizeof(applets[0]);"
}
