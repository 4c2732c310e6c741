/* SPDX-License-Identifier: MIT */
/* Help texts and scripts: all in one, in the deflate format (RFC 1951), as gzip(1) made it when this was built. */
#include "ocibox.h"

enum { LENGTHS = 288, DISTANCES = 32, MOST_BITS = 15 };

struct stream {
	const unsigned char *from;
	unsigned bits, count;   /* those of from[-1] and before that are yet to be read, the next one lowest */
};

/* A Huffman code: how many of its words have so many bits, and what they stand for, shorter words first. */
struct code {
	uint16_t count[MOST_BITS + 1], symbol[LENGTHS];
};

/* Has at least count bits ready, at most 24. */
static void
fill(struct stream *in, unsigned count)
{
	for (; in->count < count; in->count += 8)
		in->bits |= (unsigned)*in->from++ << in->count;
}

static unsigned
take_bits(struct stream *in, unsigned count)
{
	unsigned value;

	fill(in, count);
	value = in->bits & ((1U << count) - 1);
	in->bits >>= count;
	in->count -= count;
	return value;
}

/* Section 3.2.2: of words as long, those of smaller symbols are smaller. */
static void
make_code(struct code *code, const unsigned char *lengths, unsigned count)
{
	uint16_t next[MOST_BITS + 2] = { 0 };

	memset(code, 0, sizeof(*code));
	for (unsigned i = 0; i < count; i++)
		code->count[lengths[i]]++;
	code->count[0] = 0;
	for (unsigned len = 0; len <= MOST_BITS; len++)
		next[len + 1] = (uint16_t)(next[len] + code->count[len]);
	for (unsigned i = 0; i < count; i++)
		if (lengths[i])
			code->symbol[next[lengths[i]]++] = (uint16_t)i;
}

static unsigned
take_symbol(struct stream *in, const struct code *code)
{
	const uint16_t *symbol = code->symbol, *count = code->count;
	unsigned word = 0, bits;

	fill(in, MOST_BITS);
	/* word is how far it is behind the first as long */
	for (bits = in->bits;; bits >>= 1) {
		word = 2 * word + (bits & 1);
		if (word < *++count)
			break;
		word -= *count;
		symbol += *count;
	}
	(void)take_bits(in, (unsigned)(count - code->count));
	return symbol[word];
}

/* Section 3.2.7: the two codes, as words of a third one. */
static void
take_codes(struct stream *in, struct code *length, struct code *distance)
{
	static const unsigned char order[] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	unsigned char lengths[LENGTHS + DISTANCES] = { 0 };
	unsigned n = take_bits(in, 5) + 257, both = n + take_bits(in, 5) + 1, count = take_bits(in, 4) + 4;

	for (unsigned i = 0; i < count; i++)
		lengths[order[i]] = (unsigned char)take_bits(in, 3);
	make_code(length, lengths, sizeof(order));
	for (unsigned i = 0; i < both;) {
		unsigned symbol = take_symbol(in, length), value = symbol, times = 1;

		if (symbol >= 16) {
			value = symbol == 16 ? lengths[i - 1] : 0;
			times = symbol == 18 ? 11 + take_bits(in, 7) : 3 + take_bits(in, symbol == 17 ? 3 : 2);
		}
		memset(lengths + i, (int)value, times);
		i += times;
	}
	make_code(length, lengths, n);
	make_code(distance, lengths + n, both - n);
}

/* Section 3.2.6. */
static void
fixed_codes(struct code *length, struct code *distance)
{
	unsigned char lengths[LENGTHS];

	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 256 - 144);
	memset(lengths + 256, 7, 280 - 256);
	memset(lengths + 280, 8, LENGTHS - 280);
	make_code(length, lengths, LENGTHS);
	memset(lengths, 5, DISTANCES);
	make_code(distance, lengths, DISTANCES);
}

/* Section 3.2.5's tables, 1 << group symbols with as many more bits each. */
static unsigned
take_value(struct stream *in, unsigned symbol, unsigned group)
{
	unsigned more = symbol >> group ? (symbol >> group) - 1 : 0;

	if (more)
		symbol = ((1U << group) + symbol % (1U << group)) << more;
	return symbol + take_bits(in, more);
}

/* Writes at to until size bytes are there, and the rest of a copy of what is before. */
static void
inflate(const unsigned char *from, char *to, size_t size)
{
	struct stream in = { .from = from };
	struct code length, distance;
	size_t out = 0;

	while (out < size) {
		unsigned symbol;

		(void)take_bits(&in, 1);        /* whether it is the last block */
		/* text is never left as it is */
		if (take_bits(&in, 2) == 2)
			take_codes(&in, &length, &distance);
		else
			fixed_codes(&length, &distance);
		while (out < size && (symbol = take_symbol(&in, &length)) != 256) {
			size_t times, back;

			if (symbol < 256) {
				to[out++] = (char)symbol;
				continue;
			}
			/* 258, the longest, has a symbol of its own */
			times = symbol == 285 ? 258 : 3 + take_value(&in, symbol - 257, 2);
			back = 1 + take_value(&in, take_symbol(&in, &distance), 1);
			for (; times--; out++)
				to[out] = to[out - back];
		}
	}
}

char *
applet_texts(unsigned count)
{
	char *texts = xcalloc(text_places[text_count] + 1, 1);

	/* gzip's header without a name is of ten bytes */
	inflate(text_packed + 10, texts, text_places[count]);
	return texts;
}

char *
applet_text(unsigned text)
{
	char *texts = applet_texts(text + 1);
	size_t at = text_places[text], size = text_places[text + 1] - at;

	memmove(texts, texts + at, size);
	texts[size] = '\0';
	return texts;
}
