# SPDX-License-Identifier: MIT
# Makes an SVG of a picture in characters: lines of - and |, which meet in +, end in < > v where there is an arrow, and words.

BEGIN {
	wide = 8
	high = 17
}

{
	row[NR] = $0
	if (length($0) > columns) columns = length($0)
}

function at(x, y) {
	return y < 1 || y > NR || x < 1 || x > length(row[y]) ? " " : substr(row[y], x, 1)
}

# whether the character is of a line that goes across, or down
function across(x, y) {
	return at(x, y) == "-" || (at(x, y) == "+" && (at(x - 1, y) == "-" || at(x + 1, y) == "-"))
}

function down(x, y) {
	return at(x, y) == "|" || (at(x, y) == "+" && (at(x, y - 1) == "|" || at(x, y + 1) == "|"))
}

function line(x1, y1, x2, y2) {
	printf "<path d=\"M%g %gL%g %g\"/>\n", (x1 - .5) * wide, (y1 - .5) * high, (x2 - .5) * wide, (y2 - .5) * high
}

# a head at the character, in a direction
function head(x, y, dx, dy,    tip, side) {
	x = (x - .5 + dx / 2) * wide
	y = (y - .5 + dy / 2) * high
	printf "<path class=\"h\" d=\"M%g %gL%g %gL%g %gZ\"/>\n", x, y, x - dx * 8 - dy * 4, y - dy * 8 - dx * 4, x - dx * 8 + dy * 4, y - dy * 8 + dx * 4
}

function escaped(text) {
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	return text
}

# draw what is lines, and leave blanks in its place
function lines(    x, y, from, text, k) {
	for (y = 1; y <= NR; y++)
		for (x = 1; x <= length(row[y]); x++) {
			# not the two of an option
			if (match(substr(row[y], x), /^[<+]?---+[>+]?/)) {
				from = x
				x += RLENGTH - 1
				while (across(x + 1, y) || at(x + 1, y) == ">") x++
				line(from, y, x, y)
				if (at(from, y) == "<") head(from, y, -1, 0)
				if (at(x, y) == ">") head(x, y, 1, 0)
				for (k = from; k <= x; k++) drawn[k, y]
			}
		}
	for (x = 1; x <= columns; x++)
		for (y = 1; y <= NR; y++)
			if (down(x, y)) {
				from = y
				while (down(x, y + 1)) y++
				text = at(x, y + 1) == "v"
				line(x, from, x, y + text)
				for (k = from; k <= y + text; k++) drawn[x, k]
				if (text) head(x, ++y, 0, 1)
			}
}

function words(    x, y, text, from) {
	for (y = 1; y <= NR; y++) {
		text = ""
		for (x = 1; x <= length(row[y]) + 2; x++) {
			if (!((x, y) in drawn) && at(x, y) != " " || (text != "" && !((x, y) in drawn) && at(x + 1, y) != " " && !((x + 1, y) in drawn))) {
				if (text == "") from = x
				text = text at(x, y)
			} else if (text != "") {
				printf "<text x=\"%g\" y=\"%g\" textLength=\"%g\">%s</text>\n", (from - 1) * wide, (y - .25) * high, length(text) * wide, escaped(text)
				text = ""
			}
		}
	}
}

END {
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n", \
		(columns + 2) * wide, (NR + 1) * high, (columns + 2) * wide, (NR + 1) * high
	print "<style>text { font: 13px monospace } path { stroke: #000; fill: none } .h, text { fill: #000 }"
	print "@media (prefers-color-scheme: dark) { path { stroke: #ddd } .h, text { fill: #ddd } }</style>"
	lines()
	words()
	print "</svg>"
}
