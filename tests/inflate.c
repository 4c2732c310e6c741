/* SPDX-License-Identifier: MIT */
/* inflate SIZE: what gzip(1) has packed on standard input, a text of SIZE bytes, as lib/text.c unpacks it. */
#include "../lib/text.c"

const unsigned char text_packed[18] = { 0 };
const uint32_t text_places[] = { 0 };
const size_t text_count = 0;

void *
xcalloc(size_t count, size_t size)
{
	return calloc(count, size);
}

int
main(int argc, char **argv)
{
	static unsigned char packed[1 << 20];
	size_t size = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	autofree char *text = malloc(size + 1);

	if (!text || fread(packed, 1, sizeof(packed), stdin) < 18)
		return 1;
	inflate(packed + 10, text, size);
	return fwrite(text, 1, size, stdout) != size;
}
