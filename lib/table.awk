# SPDX-License-Identifier: MIT
# Makes the applet table of what lib/page.awk has read. Help texts and scripts are packed by gzip(1), which lib/text.c
# undoes.

# The number of text, which is added to all there are.
function number(text) {
	if (!(text in number_of)) {
		number_of[text] = texts++
		places = places size + 0 ", "
		size += length(text)
		all = all text
	}
	return number_of[text]
}

# Behind an operand that is a program all is the program's. A step that always has one operand, an id, knows where its
# options end; a verb takes them anywhere, unless there are arguments of a program's.
function order(a) {
	if (a in script && !(a in compiled) && synopsis[a] !~ /argument \.\.\./) return "OPTIONS_ANYWHERE"
	return synopsis[a] ~ /. id \[command \.\.\.\]$/ ? "OPTIONS_BEHIND_ID" : "OPTIONS_FIRST"
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
	# what stands before a text is unpacked with it: containers wait for scripts, so these come first, short ones before long
	# ones, but all behind those of which each container takes several
	number("")
	split("oci-start oci-delete oci-kill oci-create oci-exec", often)
	for (i = 1; i in often; i++)
		if (often[i] in script) script_of[often[i]] = number(script[often[i]])
	do {
		a = ""
		for (i = 1; i <= count; i++)
			if (names[i] in script && !(names[i] in script_of) && (a == "" || length(script[names[i]]) < length(script[a])))
				a = names[i]
		if (a != "") script_of[a] = number(script[a])
	} while (a != "")
	print "\nconst struct applet applets[] = {"
	for (i = 1; i <= count; i++) {
		a = names[i]
		if (a != "ocibox" && !(a in compiled) && !(a in script)) continue
		main_of = a
		gsub(/-/, "_", main_of)
		print "\t{ \"" a "\", \"" rows[a] "\", " (a in compiled ? main_of "_main" : a in script ? "script_main" : "NULL") ", " \
			number(synopsis[a] "\n" about[a] "\n" options[a]) ", " script_of[a] + 0 ", " (a in script && !(a in compiled)) ", " order(a) " },"
	}
	print "};\nconst size_t applet_count = sizeof(applets) / sizeof(applets[0]);"
	print "const size_t text_count = " texts ";\nconst uint32_t text_places[] = { " places size " };"
	print "const unsigned char text_packed[] = {"
	fflush()
	pack = "gzip -9n | od -An -v -tu1 | sed 's/[0-9][0-9]*/&,/g'"
	ORS = ""
	print all | pack
	if (close(pack)) exit 1
	print "};\n_Static_assert(sizeof(text_packed) > 18, \"gzip(1) has packed nothing\");\n"
}
