# SPDX-License-Identifier: MIT
# Reads pages as mandoc(1) shows them and writes what is typed in them as scripts: -v dir=DIR.
# In the section -v section=NAME, or with it empty in each subsection of the page, what is indented deeper than the text is a
# session: "# " before what root types and "$ " what an ordinary user does, "> " before what goes on with it; all else is output.
# DIR/SESSION.sh writes what each command N says to SESSION.N.out and its status to SESSION.N.status; DIR/SESSION.N.want
# is what the page shows, DIR/SESSION.N.typed the command.

# begin NAME: a session
function begin(name) {
	finish()
	session = dir "/" name
	n = 0
	printf "" >(session ".sh")
}

function finish() {
	if (open) flush_command()
	if (session != "") close(session ".sh")
	session = ""
}

function flush_command(    script, base) {
	script = session ".sh"
	base = session "." n
	open = 0
	# not alone in the braces: dash 0.5.12 forgets the redirections of a subshell that is
	print "{\n:" >script
	if (user) printf "ordinary <<'END OF WHAT IS TYPED'\n%s\nEND OF WHAT IS TYPED\n", typed >script
	else print typed >script
	printf "} </dev/null >'%s.out' 2>&1\necho $? >'%s.status'\n", base, base >script
	print typed >(base ".typed")
	close(base ".typed")
	if (want != "") {
		printf "%s", want >(base ".want")
		close(base ".want")
	}
}

# the head and the foot of a page
/^[A-Za-z-]+\([78]\)/ && NF > 2 { finish(); page = tolower($1); gsub(/[()]/, ".", page); sub(/\.$/, "", page); on = 0; next }
/^[A-Z]/ {
	finish()
	on = 0
	if (section != "" && $0 == section) { on = 1; begin(page) }
	next
}
section == "" && /^   [^ ]/ {
	name = substr($0, 4)
	gsub(/[^A-Za-z0-9]+/, "-", name)
	on = 1
	begin(page "." name)
	next
}
!on { next }
/^           / {
	line = substr($0, 12)
	prompt = substr(line, 1, 2)
	if (prompt == "# " || prompt == "$ ") {
		if (open) flush_command()
		n++
		open = 1
		user = prompt == "$ "
		typed = substr(line, 3)
		want = ""
		more = 1
	} else if ((prompt == "> " || line == ">") && more) {
		typed = typed "\n" substr(line, 3)
	} else {
		more = 0
		if (open) want = want line "\n"
		else lost = lost page ": not a command, and of none: " line "\n"
	}
	next
}
# text behind it
/[^ ]/ && open { flush_command() }
END {
	finish()
	printf "%s", lost >(dir "/lost")
}
