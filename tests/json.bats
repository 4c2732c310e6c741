#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The JSON reader, as oci-spec --check shows it: each kind of text that is not JSON, and its place.
load helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# refused BYTES MESSAGE: BYTES, as printf's %b takes them, are refused with that line alone.
refused() {
	printf %b "$1" >f
	run -111 --separate-stderr ocibox oci-spec -c f
	echo "bytes: $1"
	echo "stderr: $stderr"
	echo "wanted: oci-spec: f:$2"
	[ "$stderr" = "oci-spec: f:$2" ]
	[ -z "$output" ]
}

# accepted BYTES: refused by the schema, if at all, so JSON it is.
accepted() {
	printf '{"ociVersion":"1.0.0","root":{"path":"r"},"x":%b}' "$1" >f
	run -0 ocibox oci-spec -c f
	[ -z "$output" ]
}

@test "what JSON allows is accepted" {
	accepted '[0, -0, 1.5, -1.5e10, 1E-2, 0e+1, true, false, null, "", [], {}]'
	accepted ' \t\r\n[ \n]\r\n'
	accepted '"\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u00e9 \\uD83D\\ude00"'
	accepted '"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf \x7f"'
	accepted '{"a":1,"A":2,"":3,"a.b":4}'
	accepted 12345678901234567890123456789012345678901234567890
}

@test "an empty file" {
	refused '' '1:1: the file is empty'
	refused ' \n ' '1:1: the file is empty'
}

@test "a byte order mark, and other encodings" {
	refused '\xef\xbb\xbf{}' '1:1: the file begins with a byte order mark, which JSON does not have'
	refused '\xff\xfe{\0}\0' '1:1: byte 0xff where a value is due'
	refused '{\0' '1:2: byte 0x00 where a key in double quotes is due'
}

@test "text behind the document" {
	refused '{} {}' '1:4: text behind the end of the document'
	refused '{}\n}' '2:1: text behind the end of the document'
	refused '3 4' '1:3: text behind the end of the document'
	refused '{}\0' '1:3: text behind the end of the document'
}

@test "a file that ends too early" {
	refused '{' '1:2: the file ends where a key in double quotes is due'
	refused '{"a"' '1:5: the file ends where a colon is due'
	refused '{"a":' '1:6: a: the file ends where a value is due'
	refused '{"a":1' '1:7: a: the file ends where a comma or } is due'
	refused '[' '1:2: [0]: the file ends where a value is due'
	refused '[[1' '1:4: [0][0]: the file ends where a comma or ] is due'
	refused '["a' '1:2: [0]: string without its closing quote'
	refused "[\"\\" '1:3: [0]: unknown escape in a string'
	refused '["\\u12' '1:3: [0]: \u must be followed by four hexadecimal digits'
	refused '["\xe2\x82' '1:3: [0]: invalid UTF-8 in a string'
}

@test "commas and colons" {
	refused '[1 2]' "1:4: [0]: '2' where a comma or ] is due"
	refused '[1,]' '1:3: [0]: comma without a value behind it'
	refused '[,1]' "1:2: [0]: ',' where a value is due"
	refused '[1,,2]' "1:4: [1]: ',' where a value is due"
	refused '{"a":1 "b":2}' "1:8: a: '\"' where a comma or } is due"
	refused '{"a":1,}' '1:7: a: comma without a value behind it'
	refused '{"a" 1}' "1:6: '1' where a colon is due"
	refused '{"a"::1}' "1:6: a: ':' where a value is due"
	refused '{"a":}' "1:6: a: '}' where a value is due"
	refused '{"a"}' "1:5: '}' where a colon is due"
	refused '{"a":1:2}' "1:7: a: ':' where a comma or } is due"
	refused '[1}' "1:3: [0]: '}' where a comma or ] is due"
	refused '{"a":1]' "1:7: a: ']' where a comma or } is due"
}

@test "keys that are no strings" {
	refused '{1:2}' "1:2: '1' where a key in double quotes is due"
	refused '{a:2}' "1:2: 'a' where a key in double quotes is due"
	refused '{"a":1,{}:2}' "1:8: '{' where a key in double quotes is due"
	refused "{'a':1}" '1:2: strings stand in double quotes'
}

@test "duplicate keys, also in other spelling" {
	refused '{"a":1,"a":2}' '1:8: a: duplicate key'
	refused '{"b":{"x":1,\n "y":2, "x":3},"b":1}' '2:9: b.x: duplicate key'
	refused '{"a":1,"\\u0061":2}' '1:8: ["\u0061"]: duplicate key'
	refused '[{},{"":1,"":2}]' '1:11: [1][""]: duplicate key'
}

@test "numbers" {
	refused '[01]' '1:2: [0]: number with a leading zero'
	refused '[-01]' '1:2: [0]: number with a leading zero'
	refused '[1.]' '1:2: [0]: number without digits behind its point'
	refused '[.5]' "1:2: [0]: '.' where a value is due"
	refused '[+1]' "1:2: [0]: '+' where a value is due"
	refused '[-]' '1:2: [0]: number without digits'
	refused '[1e]' '1:2: [0]: number without digits in its exponent'
	refused '[1e+]' '1:2: [0]: number without digits in its exponent'
	refused '[0x1f]' '1:2: [0]: not a decimal number'
	refused '[1.2.3]' '1:2: [0]: not a decimal number'
	refused '[12a]' '1:2: [0]: not a decimal number'
}

@test "words" {
	refused '[tru]' '1:2: [0]: unknown word "tru"'
	refused '[True]' '1:2: [0]: unknown word "True"'
	refused '[nullx]' '1:2: [0]: unknown word "nullx"'
	refused '[NaN]' '1:2: [0]: unknown word "NaN"'
	refused '[1] // end' '1:5: text behind the end of the document'
	refused '[ /* 1 */ 1]' '1:3: [0]: JSON has no comments'
}

@test "strings" {
	refused '["\\x41"]' '1:3: [0]: unknown escape in a string'
	refused '["\\u00g0"]' '1:3: [0]: \u must be followed by four hexadecimal digits'
	refused '["a\\u0000"]' '1:4: [0]: NUL in a string'
	refused '["a\0"]' '1:4: [0]: control character 0x00 in a string must be written as an escape'
	refused '["\n"]' '1:3: [0]: control character 0x0a in a string must be written as an escape'
	refused '{"\t":1}' '1:3: control character 0x09 in a string must be written as an escape'
	refused '["\\ud800"]' '1:3: [0]: half of a surrogate pair in a string'
	refused '["\\udc00\\ud800"]' '1:3: [0]: half of a surrogate pair in a string'
	refused '["\\ud800\\u0041"]' '1:3: [0]: half of a surrogate pair in a string'
}

@test "UTF-8: overlong, surrogates, too large, cut, stray" {
	local bytes
	for bytes in '\xc0\xaf' '\xc1\xbf' '\xe0\x80\xaf' '\xe0\x9f\xbf' '\xf0\x80\x80\xaf' '\xf0\x8f\xbf\xbf' \
		'\xed\xa0\x80' '\xed\xbf\xbf' '\xf4\x90\x80\x80' '\xf5\x80\x80\x80' '\xff' '\xfe' '\x80' '\xbf' \
		'\xc3' '\xe2\x82' '\xf0\x9f\x98' '\xe2(\xa1' '\xc3('; do
		refused "[\"a$bytes\"]" '1:4: [0]: invalid UTF-8 in a string'
	done
}

@test "64 levels and no more" {
	local open close
	open=$(printf '[%.0s' {1..63})
	close=$(printf ']%.0s' {1..63})
	accepted "$open$close"
	refused "${open}[[$close]]" "1:65: $(printf '[0]%.0s' {1..64}): more than 64 levels"
	accepted "${open//\[/{\"a\":}1${close//]/\}}"
}

@test "the path of keys that are no plain words" {
	refused '{"a b":{"c/d":{"e":[0,{"f":x}]}}}' '1:28: ["a b"]["c/d"].e[1].f: unknown word "x"'
	refused '{"\\n\\u001b[31m":x}' '1:17: ["\n\u001b[31m"]: unknown word "x"'
}

@test "a long path or name is cut, not overrun" {
	long=$(printf 'k%.0s' {1..3000})
	printf '{"%s":x}' "$long" >f
	run -111 --separate-stderr ocibox oci-spec -c f
	[[ $stderr == "oci-spec: f:1:3005: kkk"* ]]
	[ "${#stderr}" -lt 1100 ]
}

@test "lines and columns count bytes, with CR LF too" {
	refused '{\r\n\t"\xc3\xa9": x}' '2:8: ["é"]: unknown word "x"'
}

@test "large texts take linear time" {
	# a quadratic search for duplicates or siblings would take minutes
	seq -f '"k%.0f":1' -s , 300000 >members
	{ printf '{"ociVersion":"1.0.0","root":{"path":"r"},"x":{'; cat members; printf '}}'; } >f
	run -0 timeout 20 "$OCIBOX" oci-spec -c f
	{ printf '{"ociVersion":"1.0.0","root":{"path":"r"},"annotations":{'; cat members; printf '}}'; } >f
	timeout 20 "$OCIBOX" oci-spec -c f 2>errors || [ $? = 111 ]
	[ "$(wc -l <errors)" = 300000 ]
	{ printf '['; tail -c 1000000 /dev/zero | tr '\0' 0 | sed 's/0/0,/g'; printf '0]'; } >f
	run -111 timeout 20 "$OCIBOX" oci-spec -c f
	[[ $output == "oci-spec: f:1:1: must be an object, not an array" ]]
}

@test "the fuzzer's seeds are valid" {
	for seed in "$REPO"/tests/fuzz/seeds/*.json; do
		run -0 ocibox oci-spec -c "$seed"
		[ -z "$output" ]
	done
}
