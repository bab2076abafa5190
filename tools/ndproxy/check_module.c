// SPDX-License-Identifier: GPL-2.0
/* Why the module is not loaded, as far as that can be seen. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "check.h"
#include "cmd.h"

#define OLDEST		"6.1"
#define DKMS_TREE	"/var/lib/dkms/ndproxy"
#define SECURE_BOOT	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* In which modprobe's own files are. */
static const char *const modprobe_d[] = {
	"/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d",
};

/* Does a line of a file begin with one of these words, and "ndproxy" behind it? */
static bool file_blocks(const char *path)
{
	char line[512], word[16], name[16];
	FILE *f = fopen(path, "re");
	bool blocks = false;

	while (f && !blocks && fgets(line, sizeof(line), f))
		blocks = sscanf(line, " %15s %15s", word, name) == 2 && !strcmp(name, "ndproxy") &&
			 (!strcmp(word, "blacklist") || !strcmp(word, "install"));
	if (f)
		fclose(f);
	return blocks;
}

static bool folder_blocks(const char *folder, char *path, size_t size)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool blocks = false;

	while (dir && !blocks && (entry = readdir(dir))) {
		snprintf(path, size, "%s/%s", folder, entry->d_name);
		blocks = strstr(entry->d_name, ".conf") && file_blocks(path);
	}
	if (dir)
		closedir(dir);
	return blocks;
}

/* Does modprobe know it? Return: -1: there is no list of modules, as in a container */
static int is_built(const char *release)
{
	char *line = NULL;
	char path[300];
	int built = 0;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (!built && getline(&line, &size, f) >= 0) {
		line[strcspn(line, ":")] = '\0';
		built = !!strstr(line, "/ndproxy.ko");
	}
	free(line);
	fclose(f);
	return built;
}

/* Is there a file of the module that modprobe does not know yet? */
static bool is_lying_about(const char *release)
{
	static const char *const where[] = { "updates/dkms", "updates", "extra" };
	static const char *const how[] = { "", ".xz", ".zst", ".gz" };
	char path[300];

	for (size_t i = 0; i < ARRAY_SIZE(where); i++)
		for (size_t j = 0; j < ARRAY_SIZE(how); j++) {
			snprintf(path, sizeof(path), "/lib/modules/%s/%s/ndproxy.ko%s", release,
				 where[i], how[j]);
			if (!access(path, F_OK))
				return true;
		}
	return false;
}

static void not_built(struct check *c, const char *release)
{
	struct word word;
	char path[300];

	check_word(&word, release);
	snprintf(path, sizeof(path), "/lib/modules/%s/build", release);
	if (is_lying_about(release)) {
		check_problem(c, NULL, "the module is built, and modprobe does not know it");
		check_fix_first(c, "depmod && modprobe ndproxy");
	} else if (access(path, F_OK)) {
		check_problem(c, NULL, "not built for kernel %s: its headers are not installed",
			      release);
		if (access("/usr/bin/apt-get", X_OK))
			check_advise(c, "install this kernel's headers, then: dkms autoinstall");
		else
			check_fix_first(c, "apt-get install linux-headers-%s", word.s);
	} else if (access(DKMS_TREE, F_OK)) {
		check_problem(c, NULL, "the module is not installed for kernel %s", release);
		check_advise(c, "install the package ndproxy-dkms, or make install in the source");
	} else {
		check_problem(c, NULL, "not built for kernel %s: see make.log below %s", release,
			      DKMS_TREE);
		check_fix_first(c, "dkms autoinstall -k %s", word.s);
	}
}

/* The variable's value stands behind four octets of attributes. */
static bool is_secure_boot(void)
{
	FILE *f = fopen(SECURE_BOOT, "re");
	unsigned char value[5] = { 0 };
	bool on = f && fread(value, sizeof(value), 1, f) == 1 && value[4] == 1;

	if (f)
		fclose(f);
	return on;
}

static void not_loaded(struct check *c)
{
	char path[600];

	for (size_t i = 0; i < ARRAY_SIZE(modprobe_d); i++) {
		if (!folder_blocks(modprobe_d[i], path, sizeof(path)))
			continue;
		check_problem(c, NULL, "the module is not loaded: %s blocks it", path);
		check_advise(c, "take it out of that file, then: modprobe ndproxy");
		return;
	}
	if (is_secure_boot()) {
		check_problem(c, NULL, "%s: Secure Boot is on, and its key may not be enrolled",
			      "the module is not loaded");
		check_advise(c, "%s: mokutil --import /var/lib/dkms/mok.pub, and boot again",
			     "if modprobe says that the key was rejected");
	} else {
		check_problem(c, NULL, "the module is not loaded");
	}
	check_fix_first(c, "modprobe ndproxy");
}

static bool is_old(const char *release)
{
	unsigned int major, minor;

	return sscanf(release, "%u.%u", &major, &minor) == 2 &&
	       (major < 6 || (major == 6 && minor < 1));
}

/**
 * check_module() - is the module loaded, and if not, why?
 * @c: the check
 */
void check_module(struct check *c)
{
	struct utsname name;
	long disabled;

	if (c->module || uname(&name))
		return;
	if (is_old(name.release)) {
		check_problem(c, NULL, "kernel %s is older than " OLDEST, name.release);
		check_advise(c, "boot a newer kernel");
	} else if (read_number("/proc/sys/kernel/modules_disabled", &disabled) && disabled) {
		check_problem(c, NULL, "the module is not loaded, and no more modules can be");
		check_advise(c, "load it at boot, before kernel.modules_disabled is set");
	} else if (is_built(name.release) < 0 && !is_lying_about(name.release)) {
		check_problem(c, NULL, "the module is not loaded, and none can be from here");
		check_advise(c, "load it where /lib/modules/%s is, outside of this container",
			     name.release);
	} else if (!is_built(name.release)) {
		not_built(c, name.release);
	} else {
		not_loaded(c);
	}
}
