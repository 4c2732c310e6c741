/* SPDX-License-Identifier: MIT */
/* oci-hostname: set the hostname and the domain name, then go on.
 *
 * After oci-ns has made a new uts namespace: before it, this would rename the
 * host. Before oci-caps and oci-user, since it needs CAP_SYS_ADMIN.
 */
#include <sys/utsname.h>

#include "config.h"
#include "ocibox.h"

char **
oci_hostname_main(int argc, char **argv)
{
	const char *bundle = NULL, *domain = NULL, *host = NULL;
	int c;

	while ((c = getopt(argc, argv, "+b:d:n:")) != -1)
		switch (c) {
		case 'b':
			bundle = optarg;
			break;
		case 'd':
			domain = optarg;
			break;
		case 'n':
			host = optarg;
			break;
		default:
			usage();
		}
	if (!bundle && !domain && !host)
		usage();
	if (bundle) {
		const struct config *config = config_load(bundle);

		if (!host)
			host = config_string(config, 0, "hostname");
		if (!domain)
			domain = config_string(config, 0, "domainname");
	}

	/* an empty one is none, as in runc and crun */
	if (host && *host && sethostname(host, strlen(host)))
		die(host, "set the hostname to");
	if (domain && *domain && setdomainname(domain, strlen(domain)))
		die(domain, "set the domain name to");
	return argv + optind;
}
