/* SPDX-License-Identifier: MIT */
/* oci-sync: tell a container's state to whoever asked for it, then go on.
 *
 * Behind each step that changes the state: oci-claim, oci-record -c, oci-release,
 * oci-reap. Who asked at the creation must be there; later it may be gone, and the
 * container does not end for that.
 */
#include "sync.h"

char **
oci_sync_main(int argc, char **argv)
{
	const char *path = NULL, *told = NULL, *id;
	enum condition condition;
	bool may_miss = false;
	struct state state;
	autofd int entry = -1;
	char error[512];
	int c;

	while ((c = getopt(argc, argv, "+ms:t:")) != -1)
		switch (c) {
		case 'm':
			may_miss = true;
			break;
		case 's':
			path = optarg;
			break;
		case 't':
			told = optarg;
			break;
		default:
			usage();
		}
	id = argv[optind];
	if (!id)
		usage();
	condition = told ? condition_named(told) : COND_CREATING;
	state_check_id(id);
	entry = state_open(id);
	/* nearly always nobody has asked, and then the state is not read for it */
	if (entry >= 0 && !path && state_has(entry, "state.json") && !state_has(entry, "sync"))
		return argv + optind + 1;
	if (may_miss && (entry < 0 || !state_read(entry, id, &state, error, sizeof(error))))
		return argv + optind + 1;
	if (!may_miss)
		state_expect(entry, id, &state);
	if (path)
		sync_begin(entry, id, path);
	if (!told)
		condition = state_condition(entry, &state);
	if (!sync_tell(entry, &state, condition)) {
		if (path) {
			int err = errno;

			(void)unlinkat(entry, "sync", 0);       /* the first error is the one to tell */
			errno = err;
			die(path, "tell the state to");
		}
		warn(id, "its state is not told, it is %s: %s", condition_name(condition), strerror(errno));
	}
	return argv + optind + 1;
}
