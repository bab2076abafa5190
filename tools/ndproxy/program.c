// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a program without a shell, found in fixed folders, with an environment of its own. Its
 * output and its time are bounded.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "program.h"

#define MAX_TEXT	(32U << 20)	/* octets */
#define MAX_TIME	20		/* s */

enum { OUT, ERR, PIPES };

/**
 * struct run - a program that is running
 * @program: gets what comes of it
 * @pid: of it, and of its process group
 * @fd: where its output and its complaints come from; -1 behind their end
 * @size: octets of its output
 * @room: for them
 * @complaint: octets of its complaints, which are kept in program->why
 * @end: when it has had its time, s
 */
struct run {
	struct program *program;
	pid_t pid;
	int fd[PIPES];
	size_t size;
	size_t room;
	size_t complaint;
	time_t end;
};

static bool fail(struct program *program, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool fail(struct program *program, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(program->why, sizeof(program->why), format, args);
	va_end(args);
	program->end = PROGRAM_FAILED;
	return false;
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static bool find(const char *name, char *path, size_t size)
{
	static const char folders[] = PROGRAM_PATH;
	const char *folder = folders;
	size_t len;

	for (; *folder; folder += len + !!folder[len]) {
		len = strcspn(folder, ":");
		snprintf(path, size, "%.*s/%s", (int)len, folder, name);
		if (!access(path, X_OK))
			return true;
	}
	return false;
}

/* A process group of its own, so that what it starts ends with it. */
static int spawn(struct run *run, const char *path, const char *const *argv, int out, int err)
{
	static const char *const env[] = { "PATH=" PROGRAM_PATH, "LC_ALL=C", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t signals;
	int ret;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
				 POSIX_SPAWN_SETSIGMASK);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attr, &signals);
	sigaddset(&signals, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &signals);
	ret = posix_spawn(&run->pid, path, &actions, &attr, (char *const *)argv,
			  (char *const *)env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

static bool start(struct run *run, const char *path, const char *const *argv)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };
	int ret = 0;

	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		ret = errno;
	if (!ret)
		ret = spawn(run, path, argv, out[1], err[1]);
	run->fd[OUT] = out[0];
	run->fd[ERR] = err[0];
	if (out[1] >= 0)
		close(out[1]);
	if (err[1] >= 0)
		close(err[1]);
	return ret ? fail(run->program, "cannot start it: %s", strerror(ret)) : true;
}

/* Room for one more octet, which ends the text, is always there. */
static bool read_output(struct run *run)
{
	struct program *program = run->program;
	ssize_t n;
	char *more;

	if (run->room - run->size < 2) {
		if (run->room >= MAX_TEXT)
			return fail(program, "it prints more than %u MiB", MAX_TEXT >> 20);
		more = realloc(program->text, 2 * run->room);
		if (!more)
			return fail(program, "no memory for what it prints");
		program->text = more;
		run->room *= 2;
	}
	n = read(run->fd[OUT], program->text + run->size, run->room - run->size - 1);
	if (n > 0)
		run->size += n;
	else if (!n || errno != EINTR)
		run->fd[OUT] = (close(run->fd[OUT]), -1);
	return true;
}

/* Of its complaints the first line is kept. */
static void read_complaint(struct run *run)
{
	struct program *program = run->program;
	char buf[512];
	ssize_t n = read(run->fd[ERR], buf, sizeof(buf));

	if (!n || (n < 0 && errno != EINTR))
		run->fd[ERR] = (close(run->fd[ERR]), -1);
	for (ssize_t i = 0; i < n && run->complaint + 1 < sizeof(program->why); i++)
		program->why[run->complaint++] = buf[i];
}

static bool is_reading(const struct run *run)
{
	return run->fd[OUT] >= 0 || run->fd[ERR] >= 0;
}

static bool read_all(struct run *run)
{
	while (is_reading(run)) {
		struct pollfd poll_fd[PIPES] = {
			{ .fd = run->fd[OUT], .events = POLLIN },
			{ .fd = run->fd[ERR], .events = POLLIN },
		};
		time_t left = run->end - now();

		if (left <= 0)
			return fail(run->program, "it takes longer than %d s", MAX_TIME);
		if (poll(poll_fd, PIPES, left * 1000) <= 0)
			continue;
		if (poll_fd[OUT].revents && !read_output(run))
			return false;
		if (poll_fd[ERR].revents)
			read_complaint(run);
	}
	return true;
}

/* It may have closed its output and go on. */
static bool reap(struct run *run, int *status)
{
	static const struct timespec tick = { .tv_nsec = 10000000 };
	pid_t pid;

	for (;;) {
		pid = waitpid(run->pid, status, WNOHANG);
		if (pid == run->pid)
			return true;
		if (pid < 0 && errno != EINTR)
			return fail(run->program, "cannot wait for it: %s", strerror(errno));
		if (now() >= run->end)
			return fail(run->program, "it takes longer than %d s", MAX_TIME);
		nanosleep(&tick, NULL);
	}
}

static void stop(struct run *run)
{
	kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void judge(struct program *program, int status)
{
	program->why[strcspn(program->why, "\n")] = '\0';
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		program->end = PROGRAM_DONE;
	else if (WIFSIGNALED(status))
		fail(program, "signal %d ended it", WTERMSIG(status));
	else if (!*program->why)
		fail(program, "exit status %d", WEXITSTATUS(status));
	else
		program->end = PROGRAM_FAILED;
}

static void run_started(struct run *run)
{
	struct program *program = run->program;
	int status;

	run->end = now() + MAX_TIME;
	if (read_all(run) && reap(run, &status))
		judge(program, status);
	else
		stop(run);
	if (program->end == PROGRAM_DONE)
		program->text[run->size] = '\0';
}

/**
 * program_run() - run a program and read what it prints
 * @program: gets what came of it; @program->text is due for free()
 * @argv: its name, without a folder, and its arguments, ended by NULL
 */
void program_run(struct program *program, const char *const *argv)
{
	struct run run = { .program = program, .fd = { -1, -1 }, .room = 1 << 16 };
	char path[64];

	memset(program, 0, sizeof(*program));
	if (!find(argv[0], path, sizeof(path))) {
		program->end = PROGRAM_MISSING;
		return;
	}
	program->text = malloc(run.room);
	if (!program->text)
		fail(program, "no memory for what it prints");
	else if (start(&run, path, argv))
		run_started(&run);
	for (int i = 0; i < PIPES; i++)
		if (run.fd[i] >= 0)
			close(run.fd[i]);
	if (program->end == PROGRAM_DONE)
		return;
	free(program->text);
	program->text = NULL;
}
