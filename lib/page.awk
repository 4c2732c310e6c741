# SPDX-License-Identifier: MIT
# Reads the manual pages, the only place where a command's words stand, for the
# programs that make the applet table and the completions of them.
# Arguments: man/*.8 applets/*.c applets/*.sh applets/*.chain applets/*.template
#
# What it reads of a page: .Nd; the SYNOPSIS; each ".It Fl x , Fl -long Ar value"
# and the line behind it, which is a whole phrase by convention.

function fatal(text) {
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

# One mdoc line as plain text: macros out, "Fl x" as -x, "Op ..." in brackets.
function plain(line,    n, i, w, word, out, close_, space) {
	sub(/^\./, "", line)
	n = split(line, word, " ")
	out = ""
	close_ = ""
	space = ""
	flag = 0
	for (i = 1; i <= n; i++) {
		w = word[i]
		if (w == "Op") { out = out space "["; close_ = "]" close_; space = ""; continue }
		if (w == "Brq") { out = out space "{ "; close_ = " }" close_; space = ""; continue }
		if (w == "Oo") { out = out space "["; space = ""; continue }
		if (w == "Oc") { out = out "]"; space = " "; continue }
		if (w == "Fl") { flag = 1; continue }
		if (w ~ /^(Ar|Cm|Pa|Nm|Ev|Li|Xr|Em|Sy|Ql|Dq|Sq|Va|Dv|Er)$/) continue
		if (w == "Ns") { space = ""; continue }
		if (w == "No") continue
		gsub(/\\&/, "", w)
		gsub(/\\-/, "-", w)
		gsub(/\\\(ti/, "~", w)
		gsub(/\\e/, "\\", w)
		if (w ~ /^[,.;:)]$/) { out = out w; space = " "; continue }
		out = out space (flag ? "-" : "") w
		flag = 0
		space = " "
	}
	return out close_
}

function name_of(file) {
	sub(/.*\//, "", file)
	sub(/\.[^.]*$/, "", file)
	return file
}

FNR == 1 {
	name = name_of(FILENAME)
	kind = FILENAME
	sub(/.*\./, "", kind)
	section = ""
	item = ""
	if (kind == "8") names[++count] = name
	if (kind == "c") compiled[name] = 1
}

kind == "chain" || kind == "template" { if (/^#/) next }
kind == "sh" || kind == "chain" || kind == "template" { script[name] = script[name] $0 "\n"; next }
kind != "8" { nextfile }

/^\.Nd/ { about[name] = substr($0, 5) }
/^\.Sh/ { section = $2; next }

section == "SYNOPSIS" && /^\./ {
	if ($1 == ".Nm" && name in synopsis) {
		# a second form of the command: --help shows it on a line of its own
		synopsis[name] = synopsis[name] " | " name
		next
	}
	if ($1 == ".Nm") { synopsis[name] = name; next }
	text = plain($0)
	glue = $1 == ".Oc" || joined ? "" : " "
	joined = $1 == ".Oo" && text == "["
	synopsis[name] = synopsis[name] glue text
}

item != "" {
	phrase[name, letter] = plain($0)
	options[name] = options[name] sprintf("  %-28s %s\n", item, plain($0))
	item = ""
}

/^\.It Fl/ {
	item = plain(substr($0, 5))
	letter = ""
	takes = ($0 ~ / Ar /) ? ":" : "."
	n = split($0, word, " ")
	for (i = 3; i <= n; i++)
		if (word[i - 1] == "Fl") {
			if (length(word[i]) == 1) letter = word[i]
			else if (letter == "") fatal("an option needs a letter before its long name")
			rows[name] = rows[name] letter takes (length(word[i]) == 1 ? "" : substr(word[i], 2)) " "
		}
}
