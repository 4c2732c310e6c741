# SPDX-License-Identifier: MIT
# libseccomp's table of system calls (src/syscalls.csv, sorted by name) as a C file in the place of the one gperf
# makes of it: with the columns in COLUMNS ("x86 x86_64") alone, it is a fifth of its size.
BEGIN { FS = ","; type = "short"; wanted = split(COLUMNS, want, " ") }
NR == FNR { if (FNR == 1) for (i = 2; i <= NF; i++) at[$i] = i; next }
/^#/ { next }
{
	row = ""
	for (i = 1; i <= wanted; i++) {
		row = row ", " ($at[want[i]] == "PNR" ? "__PNR_" $1 : $at[want[i]])
		# arm has some above all others
		if ($at[want[i]] + 0 > 32767) type = "int"
	}
	rows = rows sprintf("\t{ %d%s },\n", used, row)
	names = names sprintf("\t\"%s\\0\"\n", $1)
	used += length($1) + 1
}
END {
	print "#include <seccomp.h>\n#include <stdlib.h>\n#include <string.h>\n#include \"syscalls.h\"\n"
	printf "static const char names[] =\n%s;\n\n", names
	print "struct row { unsigned short name; " type " number[" wanted "]; };"
	printf "static const struct row rows[] = {\n%s};\nenum { ROWS = sizeof(rows) / sizeof(rows[0]) };\n\n", rows
	print "static int column(int offset)\n{\n\tswitch (offset) {"
	for (i = 1; i <= wanted; i++)
		print "\tcase OFFSET_ARCH(" want[i] "): return " i - 1 ";"
	print "\tdefault: return -1;\n\t}\n}\n"
	print "static int by_name(const void *name, const void *row)\n{"
	print "\treturn strcmp(name, names + ((const struct row *)row)->name);\n}\n"
	print "int syscall_resolve_name(const char *name, int offset)\n{"
	print "\tconst struct row *row = bsearch(name, rows, ROWS, sizeof(rows[0]), by_name);\n"
	print "\treturn row && column(offset) >= 0 ? row->number[column(offset)] : __NR_SCMP_ERROR;\n}\n"
	print "const char *syscall_resolve_num(int num, int offset)\n{"
	print "\tfor (int i = 0; column(offset) >= 0 && i < ROWS; i++)"
	print "\t\tif (rows[i].number[column(offset)] == num)\n\t\t\treturn names + rows[i].name;\n\treturn NULL;\n}\n"
	print "const struct arch_syscall_def *syscall_iterate(unsigned int spot, int offset)\n{"
	print "\tstatic const struct arch_syscall_def none = { .num = __NR_SCMP_ERROR };\n\n\t(void)spot;\n\t(void)offset;\n\treturn &none;\n}"
}
