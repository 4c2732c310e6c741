# SPDX-License-Identifier: MIT
# A picture of the times that pairs has written: a bar for each row to its median, a line between the quartiles.
BEGIN { FS = "\t"; left = 170; width = 560; height = 18 }

{
	at = match($1, "/[^/]*$")
	table[NR] = substr($1, 1, at - 1)
	name[NR] = substr($1, at + 1)
	median[NR] = $2 / 1000
	low[NR] = $5 / 1000
	high[NR] = $6 / 1000
	if (high[NR] > most[table[NR]]) most[table[NR]] = high[NR]
	if (!(table[NR] in known)) { known[table[NR]] = 1; tables[++count] = table[NR] }
}

END {
	total = count * 40 + NR * height + 10
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", left + width + 90, total
	print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
	y = 0
	for (t = 1; t <= count; t++) {
		y += 30
		printf "<text x=\"8\" y=\"%d\" font-weight=\"bold\">%s, ms</text>\n", y, tables[t]
		y += 10
		for (i = 1; i <= NR; i++) {
			if (table[i] != tables[t]) continue
			scale = width / most[tables[t]]
			printf "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", left - 6, y + 12, name[i]
			printf "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", left, y + 2, median[i] * scale, height - 5,
				name[i] == "ocibox" ? "#2a7" : name[i] == "floor" ? "#999" : "#79b"
			printf "<path d=\"M%.1f %dH%.1f\" stroke=\"#222\"/>", left + low[i] * scale, y + height / 2, left + high[i] * scale
			printf "<text x=\"%.1f\" y=\"%d\">%.2f</text>\n", left + high[i] * scale + 5, y + 12, median[i]
			y += height
		}
	}
	print "</svg>"
}
