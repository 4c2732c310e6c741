# SPDX-License-Identifier: MIT
# Makes the completion of a shell of what lib/page.awk has read; -v shell=bash, zsh or fish.

function present(a) {
	return a == "ocibox" || a in compiled || a in script
}

# What stands behind "ocibox": a step goes on with a command and is named in full, a verb is named short.
function called(a) {
	if (synopsis[a] !~ /command \.\.\./) sub(/^oci-/, "", a)
	return a
}

# The options of a as words "-b" "--bundle", separated by spaces; with takes, those that take a value.
function option_words(a, takes,    n, i, row, out, seen) {
	n = split(rows[a], row, " ")
	for (i = 1; i <= n; i++) {
		if (takes && substr(row[i], 2, 1) != ":") continue
		if (!(substr(row[i], 1, 1) in seen)) out = out " -" substr(row[i], 1, 1)
		seen[substr(row[i], 1, 1)]
		if (length(row[i]) > 2) out = out " --" substr(row[i], 3)
	}
	return substr(out, 2)
}

# What stands behind the options of a: steps, ids of containers that there are, both or neither
function behind(a,    kinds) {
	kinds = synopsis[a] ~ /(^| )id( |$)/ && a !~ /^oci-(create|run|restore|claim)$/ ? "ids" : ""
	return kinds (synopsis[a] ~ /command \.\.\./ ? "steps" : "")
}

function single(text) {
	gsub(/'/, "'\\''", text)
	return "'" text "'"
}

function bash(    i, a) {
	print "_ocibox() {"
	print "\tlocal i word words options valued kinds verb=${COMP_WORDS[0]##*/} cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} root=()"
	print "\tlocal all=' " steps " '"
	print "\tfor ((i = 1; i < COMP_CWORD; i++)); do"
	print "\t\tword=${COMP_WORDS[i]}"
	print "\t\tcase $word in -r | --root)"
	print "\t\t\troot=(--root \"${COMP_WORDS[i+1]}\")"
	print "\t\t\t[ \"${root[1]}\" != = ] || root=(--root \"${COMP_WORDS[i+2]}\") ;;"
	print "\t\tesac"
	print "\t\tcase $all in"
	print "\t\t*\" $word \"*) verb=$word ;;"
	print "\t\t*\" oci-$word \"*) [ \"$verb\" != ocibox ] || verb=oci-$word ;;"
	print "\t\tesac"
	print "\tdone"
	print "\tcase $verb in"
	for (i = 1; i <= count; i++)
		if (present(names[i]))
			print "\t" names[i] ") options='" option_words(names[i]) "' valued=' = " option_words(names[i], 1) " ' kinds=" behind(names[i]) " ;;"
	print "\tesac"
	print "\tcase $cur in"
	print "\t-*) words=$options ;;"
	print "\t*) case $valued in"
	print "\t\t*\" $prev \"*) ;;"
	print "\t\t*) [ \"$verb\" != ocibox ] || words='" calls "'"
	print "\t\t\t[[ $kinds != *steps ]] || words=$all"
	print "\t\t\t[[ $kinds != ids* ]] || words+=\" $(ocibox \"${root[@]}\" list -q 2>/dev/null)\" ;;"
	print "\t\tesac ;;"
	print "\tesac"
	print "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")"
	print "}\ncomplete -o default -F _ocibox ocibox " steps
}

# zsh's lists are word:description
function described(word, text) {
	gsub(/:/, "\\:", text)
	return " " single(word ":" text)
}

function zsh(    i, a, n, k, word) {
	print "#compdef ocibox " steps
	print "local word valued kinds verb=${words[1]:t}"
	print "local -a all commands options root"
	print "local -i at"
	print "all=(" steps ")"
	print "for (( at = 2; at < CURRENT; at++ )); do"
	print "\tword=${words[at]}"
	print "\tcase $word in"
	print "\t-r|--root) root=(--root ${words[at+1]}) ;;"
	print "\t--root=*) root=($word) ;;"
	print "\tesac"
	print "\tif (( ${all[(Ie)$word]} )); then verb=$word"
	print "\telif [[ $verb == ocibox ]] && (( ${all[(Ie)oci-$word]} )); then verb=oci-$word; fi"
	print "done"
	printf "commands=("
	for (i = 1; i <= count; i++)
		if (present(names[i]) && names[i] != "ocibox") printf "%s", described(called(names[i]), about[names[i]])
	print ")\ncase $verb in"
	for (i = 1; i <= count; i++) {
		a = names[i]
		if (!present(a)) continue
		printf "%s) valued=' %s ' kinds=%s options=(", a, option_words(a, 1), behind(a)
		n = split(rows[a], word, " ")
		for (k = 1; k <= n; k++)
			printf "%s", described(length(word[k]) > 2 ? "--" substr(word[k], 3) : "-" substr(word[k], 1, 1), phrase[a, substr(word[k], 1, 1)])
		print ") ;;"
	}
	print "esac"
	print "if [[ $PREFIX == -* ]]; then _describe -o option options"
	print "elif [[ $valued == *\" ${words[CURRENT-1]} \"* ]]; then _files"
	print "elif [[ $verb == ocibox ]]; then _describe command commands"
	print "else"
	print "\t[[ $kinds != ids* ]] || compadd -- ${(f)\"$(ocibox $root list -q 2>/dev/null)\"}"
	print "\t[[ $kinds != *steps || $PREFIX != oci-* ]] || compadd -a all"
	print "\t[[ $kinds == ids ]] || _files"
	print "fi"
}

function fish_quoted(text) {
	gsub(/\\/, "&&", text)
	gsub(/'/, "\\'", text)
	return "'" text "'"
}

function fish(    i, a, n, k, word, at) {
	print "set -g __ocibox_all " steps
	print "# the command that the words before the cursor have come to"
	print "function __ocibox_at"
	print "\tset -l words (commandline -opc)"
	print "\tset -l verb (string replace -r '.*/' '' -- $words[1])"
	print "\tfor word in $words[2..-1]"
	print "\t\tif contains -- $word $__ocibox_all"
	print "\t\t\tset verb $word"
	print "\t\telse if test $verb = ocibox; and contains -- oci-$word $__ocibox_all"
	print "\t\t\tset verb oci-$word"
	print "\t\tend"
	print "\tend"
	print "\ttest $verb = $argv[1]"
	print "end"
	for (i = 1; i <= count; i++)
		if (present(names[i]) && names[i] != "ocibox")
			print "complete -c ocibox -f -n '__ocibox_at ocibox' -a " called(names[i]) " -d " fish_quoted(about[names[i]])
	print "for command in ocibox $__ocibox_all"
	for (i = 1; i <= count; i++) {
		a = names[i]
		if (!present(a)) continue
		at = "\tcomplete -c $command -n '__ocibox_at " a "'"
		if (behind(a) ~ /^ids/) print at " -a '(ocibox list -q 2>/dev/null)'" (behind(a) == "ids" ? " -f" : "")
		n = split(rows[a], word, " ")
		for (k = 1; k <= n; k++)
			print at (length(word[k]) > 2 ? " -l " substr(word[k], 3) : " -s " substr(word[k], 1, 1)) \
				(substr(word[k], 2, 1) == ":" ? " -r" : "") " -d " fish_quoted(phrase[a, substr(word[k], 1, 1)])
	}
	print "end"
}

END {
	if (failed) exit 1
	for (i = 1; i <= count; i++)
		if (present(names[i]) && names[i] != "ocibox") {
			steps = steps " " names[i]
			calls = calls " " called(names[i])
		}
	steps = substr(steps, 2)
	calls = substr(calls, 2)
	if (shell == "bash") bash()
	else if (shell == "zsh") zsh()
	else fish()
}
