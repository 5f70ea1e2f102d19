/* SPDX-License-Identifier: Apache-2.0 */
/**
 * plan.h - the plan: what the child does between clone and exec
 *
 * A plan is one flat block of bytes: a head, an array of operations, and data
 * (strings, vectors, structs) that the operations name by their offset from
 * the start of the block. It holds no pointers, so it can be written to a
 * memory file, printed, and compared. The parent builds it (container/plan.h),
 * the child walks it (child/main.c).
 *
 * The child is a program of its own: static, without a C library, a few tens
 * of kilobytes, linked into libkist as bytes (child/image.h) and started from
 * a sealed memory file. It looks nothing up, allocates nothing, and formats
 * nothing: an operation that fails is reported by its number and errno, and
 * the parent, who knows what the number means, makes the sentence.
 *
 * Slots
 * =====
 * File descriptors are named by slot, an index into an array of the plan. The
 * parent's fds are in it from the start (same number in parent and child);
 * those the child makes are stored there by the operations. -1 is "none". For
 * a directory ("dir"), -1 is the current directory. PLAN_SLOT_REPORT is the
 * report socket.
 *
 * An empty slot as a directory is an error, not the current directory. The fds
 * 0 to 2 have to be open. Above those everything is closed on exec from the
 * start, whatever the plan does: see FDS.
 *
 * Vectors
 * =======
 * A vector (argv, envp, option list) is an array of uint64_t offsets in the
 * data, aligned to 8, closed by 0; the child turns it into pointers in place.
 *
 * Paths
 * =====
 * Operations that take a path below a root resolve it with
 * openat2(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS): it cannot leave the
 * directory, whatever symbolic links the image holds. What is missing is made
 * inside, directories with 0755; a link to nowhere is not made up for (EEXIST
 * as the last component, ELOOP before). Without a root (@dir -1) only links of
 * the magic kind are refused.
 *
 * What the process is meanwhile
 * =============================
 * Not dumpable: its files in /proc are root's. A plan whose parent or ids need
 * them sets PR_SET_DUMPABLE by a CALL, and takes it back before it joins
 * anything. Its name is "kist-setup" until EXEC, or INIT, where the first
 * process is "kist-init". Ignored signals are as by default, blocked ones stay
 * so until EXEC and HOOK, where none is.
 */
#ifndef CHILD_PLAN_H
#define CHILD_PLAN_H

#include <stdint.h>

#define PLAN_MAGIC 0x6b697374u /* "kist" */
#define PLAN_SLOT_REPORT 0
#define PLAN_SLOT_MAX 1024

enum plan_op_kind {
	/*
	 * CALL - any system call: arg[0] its number, arg[1..6] its arguments.
	 * The result, if wanted, goes to @slot.
	 */
	PLAN_CALL,
	/*
	 * FORK - go on as a new child of the parent (CLONE_PARENT): arg[0]
	 * clone flags, arg[1] slot of a cgroup directory to be born in or -1.
	 * The new process reports PLAN_FORKED, before anything else; its pid
	 * is in the credentials of that message (SO_PASSCRED). The old one
	 * exits with 0; arg[2]: it is waited for, as a process that is to
	 * enter a time namespace may share its memory with none.
	 */
	PLAN_FORK,
	/*
	 * SYNC - report PLAN_SYNCED with arg[0] (enum plan_stage), then wait
	 * for one byte; if the parent is gone instead, exit.
	 */
	PLAN_SYNC,
	/*
	 * WRITE - open file arg[0] (path) for writing below @dir, write arg[2]
	 * bytes at arg[1], close. With arg[0] == 0 the bytes go to the open
	 * file in slot arg[3]. One write(2); short is an error (EIO).
	 */
	PLAN_WRITE,
	/*
	 * TREE - a detached copy of a mount: open_tree(2) of path arg[0] below
	 * @dir (0: of the fd in slot arg[4] itself) with flags arg[1]; then,
	 * if arg[2], mount_setattr(2) with the struct mount_attr there and
	 * flags arg[3]. Result in @slot.
	 * PLAN_F_KEEP_LOCKED: if the kernel refuses to clear a flag (EPERM,
	 * a locked mount in a user namespace) try again clearing nothing.
	 * PLAN_F_NO_SYMLINKS: the last component may not be a link.
	 */
	PLAN_TREE,
	/*
	 * FSMOUNT - a new file system, detached: type arg[0], options vector
	 * arg[1] of key, value pairs (an offset of "" as value: a flag; keys
	 * starting with '@': the value is an fd slot in decimal, passed with
	 * FSCONFIG_SET_FD), mount attributes arg[2] (MOUNT_ATTR_*), source
	 * name arg[3] or 0. Result in @slot. The kernel's log goes with the
	 * report.
	 */
	PLAN_FSMOUNT,
	/*
	 * PLACE - attach the detached mount in slot arg[0] at path arg[1]
	 * below @dir. arg[2]: mode for what has to be made (0: 0755).
	 * PLAN_F_MAKE_DIR / PLAN_F_MAKE_FILE: make it, and its parents, if it
	 * is not there; else ENOENT. PLAN_F_LIKE_SOURCE: a directory or a file
	 * as the mount's root is. PLAN_F_NO_SYMLINKS: no link in the path
	 * (ELOOP). The slot still names the mount afterwards.
	 */
	PLAN_PLACE,
	/*
	 * MAKE - a device, fifo, directory or regular file: path arg[0] below
	 * @dir (parents are made), type and mode arg[1] exact, device number
	 * arg[2] as makedev(3), owner arg[3], group arg[4]. What is there and
	 * is the same stays; else EEXIST.
	 */
	PLAN_MAKE,
	/* SYMLINK - path arg[0] below @dir to text arg[1]; existing stays. */
	PLAN_SYMLINK,
	/*
	 * MASK - make path arg[0] below @dir empty and unreadable: a file is
	 * covered by a copy of the mount of the null device in slot arg[1], a
	 * directory by one empty read-only tmpfs, made when first needed and
	 * kept in slot arg[2]. A path that is not there is no error. An arg[1]
	 * of -1: files are refused with ENODEV.
	 */
	PLAN_MASK,
	/* READONLY - bind path arg[0] below @dir on itself, read-only. */
	PLAN_READONLY,
	/*
	 * COPYUP - copy the tree at path arg[0] below @dir (if it is there)
	 * into the detached mount in slot arg[1]: names, modes, owners, times,
	 * symbolic links, extended attributes, those of the top directory
	 * too; nothing outside is followed. Owners this user namespace has no
	 * id for become its own. Hard links become files of their own.
	 */
	PLAN_COPYUP,
	/*
	 * PIVOT - the mount in slot arg[0], attached somewhere (over / will
	 * do), becomes /, the old tree goes away; what it shares with others
	 * stays there. PLAN_F_NO_PIVOT: by moving it over / and chroot(2), for
	 * a ramfs root; the old tree's /proc and /sys are unmounted.
	 */
	PLAN_PIVOT,
	/* LINK_UP - bring network interface arg[0] (a name) up. */
	PLAN_LINK_UP,
	/* BOUND - drop from the bounding set all that is not in mask arg[0]. */
	PLAN_BOUND,
	/*
	 * CAPS - capset(2) effective arg[0], permitted arg[1], inheritable
	 * arg[2]; then raise each of ambient arg[3]. Bits the process does not
	 * have are dropped from the request, as the specification asks.
	 */
	PLAN_CAPS,
	/*
	 * CWD - chdir to arg[0], and check that it is below the root
	 * (CVE-2024-21626): else ENOENT, with a text. PLAN_F_MAKE_DIR: make it
	 * if it is not there.
	 */
	PLAN_CWD,
	/*
	 * CONSOLE - open a pseudo-terminal of the devpts at dev/pts below @dir
	 * (verified: else ENOTTY), send the master to the socket in slot
	 * arg[0] with the name of its slave, "/dev/pts/0", make the
	 * slave the controlling terminal and fds 0 to 2; arg[1] rows << 16 |
	 * columns or 0; arg[2] the owner's uid. A new session has to exist.
	 * PLAN_F_BIND_CONSOLE: also bind it at dev/console below @dir.
	 */
	PLAN_CONSOLE,
	/*
	 * HOOK - run program arg[0] with argv vector arg[1], envp vector
	 * arg[2], at most arg[3] milliseconds (0: for ever); its standard
	 * input is text arg[4], this process's id in decimal, text arg[5].
	 * Fails with ECHILD (its exit status, or 128 + signal, in the report's
	 * value), with ETIME (it is killed then), or with what execve(2) gave;
	 * the tail of its standard error, as one line, goes with the report.
	 */
	PLAN_HOOK,
	/*
	 * SECCOMP - install arg[1] instructions at arg[0] with flags arg[2].
	 */
	PLAN_SECCOMP,
	/*
	 * LOOKUP - find the program of argv vector arg[0] in the directories
	 * of text arg[1] (a PATH; a name with '/' is taken as it is), and
	 * remember it for EXEC. ENOENT: not there. EACCES: no execute
	 * permission. EISDIR: a directory. The name goes with the report.
	 */
	PLAN_LOOKUP,
	/* READY - report PLAN_IS_READY. Nothing is waited for. */
	PLAN_READY,
	/*
	 * LISTEN - wait for a connection on the socket in slot arg[0], which
	 * becomes the report socket.
	 */
	PLAN_LISTEN,
	/*
	 * FDS - of the fds above 2, only the first arg[0] (3, 4, …) survive
	 * exec. All others are closed here, but for the report socket and the
	 * one in slot arg[1] (or -1), which exec closes: no slot but those two
	 * can be used any more, and a small RLIMIT_NOFILE leaves room. EBUSY:
	 * one of the first is in a slot, which would give the container what
	 * is the plan's.
	 */
	PLAN_FDS,
	/*
	 * INIT - go on in a child, the payload; this process stays as the
	 * first of the pid namespace (or as a subreaper): reaps, forwards
	 * signals, exits as the payload did. If it leads a session the payload
	 * leads a process group, in the foreground. arg[0]: a struct plan_init
	 * says more, or 0. Flag PLAN_INIT_HOLD: there is no payload.
	 */
	PLAN_INIT,
	/*
	 * EXEC - the end: execve(2) of what LOOKUP found, argv vector arg[0],
	 * envp vector arg[1]. The text of the report says more: for ENOENT
	 * "interpreter NAME" (the program is there, what runs it is not); for
	 * ENOEXEC "machine" (an ELF of another one) or "format".
	 */
	PLAN_EXEC,
	PLAN_OP_COUNT
};

enum plan_flag {
	PLAN_F_MAKE_DIR = 1,
	PLAN_F_MAKE_FILE = 2,
	PLAN_F_LIKE_SOURCE = 4,
	PLAN_F_NO_SYMLINKS = 8,
	PLAN_F_KEEP_LOCKED = 16,
	PLAN_F_NO_PIVOT = 32,
	PLAN_F_BIND_CONSOLE = 64,
	/* any operation: if it fails with any errno, go on */
	PLAN_F_OPTIONAL = 128,
};

/**
 * struct plan_op - one operation
 * @kind:	enum plan_op_kind
 * @flags:	enum plan_flag
 * @slot:	where a resulting fd goes, or -1
 * @dir:	slot of the directory a path is below, or -1
 * @offsets:	CALL: bit i says that arg[i] is an offset of data
 * @fds:	CALL: bit i says that arg[i] is a slot, to be passed as its fd
 * @ignore:	errnos that count as success, 0 none
 * @arg:	see enum plan_op_kind; a text offset of 0 is "none"
 */
struct plan_op {
	uint16_t kind;
	uint16_t flags;
	int16_t slot;
	int16_t dir;
	uint8_t offsets;
	uint8_t fds;
	uint16_t ignore[3];
	uint64_t arg[7];
};

enum plan_init_flag {
	/* no payload: reap until TERM or INT comes, then exit with 0 */
	PLAN_INIT_HOLD = 1,
	/* the payload runs already, as the child @payload; with it goes: */
	PLAN_INIT_ADOPT = 2,
	/* … it leads a process group of its own */
	PLAN_INIT_OWN_GROUP = 4,
	/* … which is sent the signals, all of it */
	PLAN_INIT_GROUP = 8,
	/* … when it is stopped from the terminal, so is this process */
	PLAN_INIT_JOB = 16,
	/* … when it ends, its group is sent TERM */
	PLAN_INIT_LAST_TERM = 32,
	/* what it leaves behind is ended: TERM, @grace_ms, KILL */
	PLAN_INIT_CLEAR = 64,
	/* a line on standard error for each orphan */
	PLAN_INIT_WARN = 128,
};

#define PLAN_SIGNALS 65

/**
 * struct plan_init - INIT's data
 * @flags:	enum plan_init_flag
 * @rewrite:	the signal that is sent on for each, 0 none; all of it 0: each
 *		as it is
 * @as_success:	bit per exit status of the payload that becomes 0
 */
struct plan_init {
	uint32_t flags;
	int32_t payload;
	uint64_t grace_ms;
	uint8_t rewrite[PLAN_SIGNALS];
	uint8_t as_success[32];
	uint8_t unused[7];
};

/**
 * struct plan_head - the start of the block
 * @size:	bytes of the whole block
 * @ops:	offset of the array of struct plan_op
 * @op_count:	its length
 * @slots:	offset of the array of int32_t fds
 * @slot_count:	its length
 * @fault_op:	tests: number of the operation that is to fail, or -1
 * @fault_errno: with this errno; -1: the process kills itself instead
 */
struct plan_head {
	uint32_t magic;
	uint32_t size;
	uint32_t ops;
	uint32_t op_count;
	uint32_t slots;
	uint32_t slot_count;
	int32_t fault_op;
	int32_t fault_errno;
};

/* Where the child waits for the parent: SYNC's arg[0]. */
enum plan_stage {
	PLAN_STAGE_ID_MAPS,    /* the user namespace is there, ids unmapped */
	PLAN_STAGE_NAMESPACES, /* all are: the hooks of the parent's side */
};

enum plan_report_kind {
	PLAN_FAILED = 1, /* @op, @errnum, @value, @text; the child exits */
	PLAN_FORKED,	 /* the sender is the new process */
	PLAN_SYNCED,	 /* @value: stage */
	PLAN_IS_READY,
	PLAN_WARNED, /* @op, @errnum: an OPTIONAL operation failed */
};

/* One datagram (SOCK_SEQPACKET) from the child. The end of file without a
 * report is the success of EXEC (the socket is close-on-exec), or that the
 * child was killed: the parent looks whether it still lives. */
struct plan_report {
	uint32_t kind;
	int32_t op;
	int32_t errnum;
	int32_t value;
	char text[240]; /* NUL-terminated */
};

#endif
