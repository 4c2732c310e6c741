/* SPDX-License-Identifier: MIT */
/* A compiled filter as a file: a header, then the instructions as the kernel takes them. */
#include "filter.h"

static const char magic[8] = { 'o', 'c', 'i', 'b', 'p', 'f', FILTER_FORMAT, '\n' };

struct header {
	char magic[sizeof(magic)];
	uint32_t arch;
	uint32_t library;
	uint32_t flags;
	uint32_t count;
	unsigned char profile[BLAKE2B_SIZE];
	unsigned char hash[BLAKE2B_SIZE];       /* of all before it and of the instructions */
};

static void
hash_of(unsigned char hash[BLAKE2B_SIZE], const struct header *header, const void *code, size_t bytes)
{
	struct blake2b sum;

	blake2b_begin(&sum);
	blake2b_add(&sum, header, offsetof(struct header, hash));
	blake2b_add(&sum, code, bytes);
	blake2b_end(&sum, hash);
}

bool
filter_decode(struct filter *filter, const char *data, size_t len, bool match, uint32_t library, const char **why)
{
	unsigned char hash[BLAKE2B_SIZE];
	struct header header = { .count = 0 };
	size_t bytes;

	if (len >= sizeof(header))
		memcpy(&header, data, sizeof(header));
	bytes = header.count * sizeof(*filter->code);
	*why = "not a filter as this version of oci-seccomp --compile writes it";
	if (memcmp(header.magic, magic, sizeof(magic)))
		return false;
	*why = "compiled for another architecture";
	if (header.arch != FILTER_ARCH)
		return false;
	*why = "damaged";
	if (header.count == 0 || header.count > BPF_MAXINSNS || len != sizeof(header) + bytes)
		return false;
	hash_of(hash, &header, data + sizeof(header), bytes);
	if (memcmp(hash, header.hash, sizeof(hash)))
		return false;
	*why = "compiled from another profile";
	if (match && memcmp(header.profile, filter->profile, sizeof(header.profile)))
		return false;
	*why = "compiled by another libseccomp";
	if (library && library != header.library)
		return false;
	*why = NULL;
	filter->code = xcalloc(header.count, sizeof(*filter->code));
	memcpy(filter->code, data + sizeof(header), bytes);
	filter->count = header.count;
	filter->flags = header.flags;
	filter->library = header.library;
	memcpy(filter->profile, header.profile, sizeof(header.profile));
	return true;
}

char *
filter_encode(const struct filter *filter, size_t *len)
{
	size_t bytes = filter->count * sizeof(*filter->code);
	struct header header = {
		.arch = FILTER_ARCH, .library = filter->library, .flags = filter->flags, .count = (uint32_t)filter->count,
	};
	char *data = xcalloc(1, sizeof(header) + bytes);

	memcpy(header.magic, magic, sizeof(magic));
	memcpy(header.profile, filter->profile, sizeof(header.profile));
	hash_of(header.hash, &header, filter->code, bytes);
	memcpy(data, &header, sizeof(header));
	memcpy(data + sizeof(header), filter->code, bytes);
	*len = sizeof(header) + bytes;
	return data;
}
