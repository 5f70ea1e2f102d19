/* SPDX-License-Identifier: Apache-2.0 */
/* port_record.c - RUN/ports/ID: a forwarder and its ports */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/json_write.h"
#include "engine/folders.h"
#include "engine/net/port_record.h"
#include "sys/file.h"

#define RECORD_MAX (4u << 20)
#define PORTS_MAX 65536
#define END_MS 5000

static int open_below(const char *run_path, struct kist_error *err)
{
	CLEANUP_FD int run_fd =
		open(run_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (run_fd < 0 ||
	    (mkdirat(run_fd, "ports", 0700) < 0 && errno != EEXIST))
		return err_sys(err, KIST_E_STORE, errno,
			       "make folder '%s/ports'", run_path);
	fd = openat(run_fd, "ports",
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno,
			       "open folder '%s/ports'", run_path);
	return fd;
}

int port_folder(const struct kist *kist, struct kist_error *err)
{
	struct folders folders;
	int fd, ret = folders_open(kist, &folders, err);

	if (ret < 0)
		return ret;
	fd = open_below(folders.run_path, err);
	folders_close(&folders);
	return fd;
}

/* ---- writing ---- */

int port_record_make(int folder_fd, struct port_record *record,
		     struct kist_error *err)
{
	struct id id;
	int fd;

	id_random(&id);
	memcpy(record->id, id.text, PORT_ID);
	record->id[PORT_ID] = '\0';
	fd = openat(folder_fd, record->id,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno,
			       "make the record of ports");
	if (flock(fd, LOCK_EX) < 0) {
		err_sys(err, KIST_E_STORE, errno, "lock the record of ports");
		unlinkat(folder_fd, record->id, 0);
		close(fd);
		return err ? -err->errnum : -EIO;
	}
	return fd;
}

static void write_port(struct json_writer *w, const struct forward_port *port)
{
	char address[INET6_ADDRSTRLEN] = "";

	if (port->family)
		inet_ntop(port->family, &port->address, address,
			  sizeof(address));
	json_open(w, '{');
	json_member(w, "protocol", forward_protocol_name(port->protocol));
	json_member(w, "address", address);
	json_member_uint(w, "outer", port->outer);
	json_member_uint(w, "inner", port->inner);
	json_close(w, '}');
}

int port_record_save(int record_fd, const struct port_record *record,
		     struct kist_error *err)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;
	int ret;

	buf_init(&buf);
	json_write_init(&w, &buf, "  ");
	json_open(&w, '{');
	json_member(&w, "target", record->target);
	json_member_uint(&w, "namespace", record->ns);
	json_member_int(&w, "pid", record->pid);
	json_member_uint(&w, "start", record->start);
	json_key(&w, "ports");
	json_open(&w, '[');
	for (size_t i = 0; i < record->count; i++)
		write_port(&w, &record->ports[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(&buf, '\n');
	ret = buf_write(&buf, record_fd);
	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret,
			       "write the record of ports");
	return 0;
}

/* ---- reading ---- */

static bool read_number(const struct json *object, const char *key,
			uint64_t max, uint64_t *ret_value)
{
	const struct json *value = json_get(object, key);

	return value && json_uint64(value, ret_value) && *ret_value <= max;
}

static bool read_port(const struct json *json, struct forward_port *port)
{
	const char *protocol = json_string(json_get(json, "protocol"));
	const char *address = json_string(json_get(json, "address"));
	uint64_t outer, inner;

	if (!protocol || !address ||
	    !read_number(json, "outer", 65535, &outer) ||
	    !read_number(json, "inner", 65535, &inner))
		return false;
	port->protocol = strcmp(protocol, "udp") == 0 ? FORWARD_UDP :
							FORWARD_TCP;
	if (inet_pton(AF_INET, address, &port->address) == 1)
		port->family = AF_INET;
	else if (inet_pton(AF_INET6, address, &port->address) == 1)
		port->family = AF_INET6;
	port->outer = (uint16_t)outer;
	port->inner = (uint16_t)inner;
	return true;
}

static int read_record(const struct json *json, struct arena *arena,
		       struct port_record *record)
{
	const struct json *ports = json_get(json, "ports");
	uint64_t pid;

	record->target = json_string(json_get(json, "target"));
	if (!record->target || !ports || ports->type != JSON_ARRAY ||
	    ports->len > PORTS_MAX ||
	    !read_number(json, "namespace", UINT64_MAX, &record->ns) ||
	    !read_number(json, "start", UINT64_MAX, &record->start) ||
	    !read_number(json, "pid", INT32_MAX, &pid))
		return -EINVAL;
	record->pid = (pid_t)pid;
	record->ports = ARENA_ARRAY(arena, struct forward_port, ports->len + 1);
	if (!record->ports)
		return -ENOMEM;
	JSON_ITEMS(item, ports)
		if (!read_port(item, &record->ports[record->count++]))
			return -EINVAL;
	return 0;
}

static bool is_id(const char *name)
{
	return strlen(name) == PORT_ID &&
	       strspn(name, "0123456789abcdef") == PORT_ID;
}

int port_record_load(int folder_fd, const char *id, struct arena *arena,
		     struct port_record *ret_record)
{
	CLEANUP_FD int fd = -1;
	CLEANUP_BUF struct buf text;
	struct port_record record = { 0 };
	const struct json *json;
	int ret;

	buf_init(&text);
	if (!is_id(id))
		return -ENOENT;
	memcpy(record.id, id, PORT_ID + 1);
	fd = openat(folder_fd, id, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	record.is_stale = flock(fd, LOCK_SH | LOCK_NB) == 0;
	ret = buf_read(&text, fd, RECORD_MAX);
	if (ret == 0 && text.len == 0)
		ret = record.is_stale ? -EINVAL : -ENOENT;
	if (ret == 0)
		ret = json_parse(text.data, text.len, id, arena, &json, NULL);
	if (ret == 0)
		ret = read_record(json, arena, &record);
	if (ret == 0 || ret == -EINVAL)
		*ret_record = record;
	return ret;
}

static int list_dir(DIR *dir, int folder_fd, struct arena *arena,
		    struct port_record *records, size_t room, size_t *count)
{
	struct dirent *entry;

	rewinddir(dir);
	while (*count < room && (entry = readdir(dir))) {
		int ret = port_record_load(folder_fd, entry->d_name, arena,
					   &records[*count]);

		/* One that cannot be read and belongs to nobody is stale. */
		if (ret == -EINVAL && records[*count].is_stale) {
			records[*count].target = "?";
			records[*count].count = 0;
			ret = 0;
		}
		if (ret == 0)
			(*count)++;
		else if (ret == -ENOMEM)
			return ret;
	}
	return 0;
}

int port_record_list(int folder_fd, struct arena *arena,
		     struct port_record **ret_records, size_t *ret_count,
		     struct kist_error *err)
{
	int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct port_record *records;
	size_t room = 0, count = 0;
	int ret;

	if (!dir) {
		cleanup_fd(&fd);
		return err_sys(err, KIST_E_STORE, errno,
			       "read the folder of ports");
	}
	while (readdir(dir))
		room++;
	records = ARENA_ARRAY(arena, struct port_record, room + 1);
	ret = records ? list_dir(dir, folder_fd, arena, records, room, &count) :
			-ENOMEM;
	closedir(dir);
	if (ret < 0 || arena_failed(arena))
		return err_nomem(err);
	*ret_records = records;
	*ret_count = count;
	return 0;
}

/* ---- the end ---- */

int port_record_end(int folder_fd, const char *id, struct kist_error *err)
{
	CLEANUP_FD int fd =
		openat(folder_fd, id, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int waited = 0;

	if (unlinkat(folder_fd, id, 0) < 0 && errno != ENOENT)
		return err_sys(err, KIST_E_STORE, errno,
			       "remove the record of ports '%s'", id);
	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (waited >= END_MS)
			return err_sys(err, KIST_E_SYSTEM, ETIMEDOUT,
				       "end the forwarder '%s'", id);
		poll(NULL, 0, 5);
		waited += 5;
	}
	return 0;
}
