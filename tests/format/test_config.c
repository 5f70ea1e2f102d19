/* SPDX-License-Identifier: Apache-2.0 */
/* test_config.c - config.json becomes a spec, or an error that names the place
 * (src/format/config*.c, field.c) */
#include <linux/audit.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "check.h"
#include "format/config.h"
#include "kernel/cap.h"

/* Where a fragment goes: the smallest configuration around it. */
#define TOP "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},%s}"
#define BARE "{%s}"
#define PROCESS                                                             \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"process\":{" \
	"\"cwd\":\"/\",\"args\":[\"sh\"],%s}}"
#define LINUX \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"linux\":{%s}}"
#define MOUNT \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"mounts\":[{%s}]}"
#define HOOK                                                              \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"hooks\":{" \
	"\"poststop\":[{%s}]}}"
#define SECCOMP                                                           \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"linux\":{" \
	"\"seccomp\":{%s}}}"
#define RESOURCES                                                         \
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"linux\":{" \
	"\"resources\":{%s}}}"

/* Fragments are written with ' for ". */
static void make_config(char *to, size_t size, const char *around,
			const char *fragment)
{
	char quoted[1024];
	size_t i;

	for (i = 0; fragment[i] && i < sizeof(quoted) - 1; i++)
		quoted[i] = fragment[i] == '\'' ? '"' : fragment[i];
	quoted[i] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(to, size, around, quoted);
#pragma GCC diagnostic pop
}

static const struct {
	const char *around, *fragment, *line, *hint;
} bad_configs[] = {
	{ BARE, "'root':{'path':'r'}", "'ociVersion' is missing",
	  "c.json:1:1" },
	{ BARE, "'ociVersion':'1.0'", "'root' is missing", "c.json:1:1" },
	{ BARE, "'ociVersion':1,'root':{'path':'r'}",
	  "ociVersion: expected a string, found a number", "c.json:1:15" },
	{ BARE, "'ociVersion':'one','root':{'path':'r'}",
	  "ociVersion: 'one' is not a version such as '1.2.0'", "c.json:1:15" },
	{ BARE, "'ociVersion':'1.2.','root':{'path':'r'}",
	  "ociVersion: '1.2.' is not a version such as '1.2.0'",
	  "c.json:1:15" },
	{ BARE, "'ociVersion':'2.0.0','root':{'path':'r'}",
	  "ociVersion: version '2.0.0' of the specification is not known, only 1.x",
	  "c.json:1:15" },
	{ BARE, "'ociVersion':'1.0.2','root':{}", "root: 'path' is missing",
	  "c.json:1:30" },
	{ BARE, "'ociVersion':'1.0.2','root':{'path':''}",
	  "root.path: the path of the root is empty", "c.json:1:38" },
	{ BARE, "'ociVersion':'1.0.2','root':{'path':'r','readonly':'yes'}",
	  "root.readonly: expected true or false, found a string",
	  "c.json:1:53" },
	{ BARE, "'ociVersion':'1.0.2','root':[]",
	  "root: expected an object, found an array", "c.json:1:30" },
	{ TOP, "'hostname':5", "hostname: expected a string, found a number",
	  "c.json:1:54" },
	{ TOP, "'hostname':'a\\u0000b'",
	  "hostname: a NUL character is not possible here", "c.json:1:54" },
	{ TOP, "'annotations':{'a':1}",
	  "annotations.a: expected a string, found a number", "c.json:1:62" },
	{ TOP, "'process':{'cwd':'/'}", "process: 'args' is missing",
	  "c.json:1:53" },
	{ TOP, "'process':{'args':['sh']}", "process: 'cwd' is missing",
	  "c.json:1:53" },
	{ TOP, "'process':{'cwd':'tmp','args':['sh']}",
	  "process.cwd: 'tmp' is not an absolute path", "c.json:1:60" },
	{ TOP, "'process':{'cwd':'/','args':[]}",
	  "process.args: at least the program's name is needed",
	  "c.json:1:71" },
	{ TOP, "'process':{'cwd':'/','args':['sh',1]}",
	  "process.args[1]: expected a string, found a number", "c.json:1:77" },
	{ TOP, "'process':{'cwd':'/','args':'sh'}",
	  "process.args: expected an array, found a string", "c.json:1:71" },
	{ PROCESS, "'env':['PATH']",
	  "process.env[0]: 'PATH' is not of the form NAME=value",
	  "c.json:1:85" },
	{ PROCESS, "'env':['=x']",
	  "process.env[0]: '=x' is not of the form NAME=value", "c.json:1:85" },
	{ PROCESS, "'user':{'uid':4294967295}",
	  "process.user.uid: 4294967295 is not from 0 to 4294967294",
	  "c.json:1:92" },
	{ PROCESS, "'user':{'uid':-1}",
	  "process.user.uid: -1 is not from 0 to 4294967294", "c.json:1:92" },
	{ PROCESS, "'user':{'gid':1.0}",
	  "process.user.gid: expected a whole number without '.' or 'e', found 1.0",
	  "c.json:1:92" },
	{ PROCESS, "'user':{'additionalGids':[1,'2']}",
	  "process.user.additionalGids[1]: expected a number, found a string",
	  "c.json:1:106" },
	{ PROCESS, "'user':{'umask':65536}",
	  "process.user.umask: 65536 is not from 0 to 4095", "c.json:1:94" },
	{ PROCESS, "'capabilities':['CAP_KILL']",
	  "process.capabilities: expected an object, found an array",
	  "c.json:1:93" },
	{ PROCESS, "'capabilities':{'bounding':'CAP_KILL'}",
	  "process.capabilities.bounding: expected an array, found a string",
	  "c.json:1:105" },
	{ PROCESS, "'rlimits':[{'type':'RLIMIT_NOFILES','soft':1,'hard':1}]",
	  "process.rlimits[0].type: unknown rlimit 'RLIMIT_NOFILES'",
	  "did you mean 'RLIMIT_NOFILE'?   c.json:1:97" },
	{ PROCESS, "'rlimits':[{'type':'RLIMIT_NOFILE','soft':2,'hard':1}]",
	  "process.rlimits[0]: the soft limit 2 is above the hard limit 1",
	  "c.json:1:89" },
	{ PROCESS, "'rlimits':[{'type':'RLIMIT_NOFILE','hard':1}]",
	  "process.rlimits[0]: 'soft' is missing", "c.json:1:89" },
	{ PROCESS,
	  "'rlimits':[{'type':'RLIMIT_CPU','soft':1,'hard':1},{'type':'RLIMIT_CPU','soft':1,'hard':1}]",
	  "process.rlimits[1]: 'RLIMIT_CPU' is limited twice", "c.json:1:129" },
	{ PROCESS, "'oomScoreAdj':1001",
	  "process.oomScoreAdj: 1001 is not from -1000 to 1000",
	  "c.json:1:92" },
	{ PROCESS, "'scheduler':{'policy':'SCHED_FIFFO'}",
	  "process.scheduler.policy: unknown scheduling policy 'SCHED_FIFFO'",
	  "did you mean 'SCHED_FIFO'?   c.json:1:100" },
	{ PROCESS, "'scheduler':{'policy':'SCHED_OTHER','nice':20}",
	  "process.scheduler.nice: 20 is not from -20 to 19", "c.json:1:121" },
	{ PROCESS, "'scheduler':{'policy':'SCHED_OTHER','priority':1}",
	  "process.scheduler: 'priority' is for SCHED_FIFO and SCHED_RR only",
	  "c.json:1:90" },
	{ PROCESS, "'scheduler':{'policy':'SCHED_FIFO','runtime':1}",
	  "process.scheduler: 'runtime', 'deadline' and 'period' are for SCHED_DEADLINE only",
	  "c.json:1:90" },
	{ PROCESS,
	  "'scheduler':{'policy':'SCHED_FIFO','flags':['SCHED_FLAG_RECLAM']}",
	  "process.scheduler.flags[0]: unknown scheduler flag 'SCHED_FLAG_RECLAM'",
	  "did you mean 'SCHED_FLAG_RECLAIM'?   c.json:1:122" },
	{ PROCESS, "'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':8}",
	  "process.ioPriority.priority: 8 is not from 0 to 7", "c.json:1:129" },
	{ PROCESS, "'ioPriority':{'class':'BE','priority':1}",
	  "process.ioPriority.class: unknown io priority class 'BE'",
	  "one of 'IOPRIO_CLASS_RT', 'IOPRIO_CLASS_BE', 'IOPRIO_CLASS_IDLE'   c.json:1:100" },
	{ PROCESS, "'execCPUAffinity':{'initial':'0'}",
	  "process.execCPUAffinity is not supported yet", "c.json:1:96" },
	{ MOUNT, "'type':'proc'", "mounts[0]: 'destination' is missing",
	  "c.json:1:53" },
	{ MOUNT, "'destination':'','type':'proc'",
	  "mounts[0].destination: the destination is empty", "c.json:1:68" },
	{ MOUNT, "'destination':'/proc'",
	  "mounts[0]: 'type' is missing, and 'bind' is not an option",
	  "c.json:1:53" },
	{ MOUNT, "'destination':'/a','type':'bind','source':'/b'",
	  "mounts[0]: 'bind' is not a file system type",
	  "add 'bind' or 'rbind' to its options   c.json:1:53" },
	{ MOUNT, "'destination':'/a','options':['bind']",
	  "mounts[0]: 'source' is missing for a bind mount", "c.json:1:53" },
	{ MOUNT,
	  "'destination':'/a','source':'/b','options':['bind','size=64k']",
	  "mounts[0].options[1]: a bind mount cannot change its file system's options: 'size=64k'",
	  "c.json:1:105" },
	{ MOUNT, "'destination':'/a','source':'/b','options':['bind','idmap']",
	  "mount option 'idmap' is not supported yet", "c.json:1:105" },
	{ MOUNT, "'destination':'/a','type':'tmpfs','options':['remount']",
	  "mount option 'remount' is not supported yet", "c.json:1:99" },
	{ MOUNT,
	  "'destination':'/a','source':'/b','options':['rbind'],'uidMappings':[{'containerID':0,'hostID':1,'size':1}]",
	  "mounts[0].uidMappings is not supported yet", "c.json:1:121" },
	{ HOOK, "'path':'bin/hook'",
	  "hooks.poststop[0].path: 'bin/hook' is not an absolute path",
	  "c.json:1:72" },
	{ HOOK, "'args':['hook']", "hooks.poststop[0]: 'path' is missing",
	  "c.json:1:64" },
	{ HOOK, "'path':'/bin/hook','timeout':0",
	  "hooks.poststop[0].timeout: a timeout has to be greater than 0",
	  "c.json:1:94" },
	{ LINUX, "'namespaces':[{'type':'netwrok'}]",
	  "linux.namespaces[0].type: unknown namespace type 'netwrok'",
	  "did you mean 'network'?   c.json:1:74" },
	{ LINUX, "'namespaces':[{'type':'net'}]",
	  "linux.namespaces[0].type: unknown namespace type 'net'",
	  "one of 'user', 'cgroup', 'ipc', 'network', 'pid', 'time', 'uts', 'mount'   c.json:1:74" },
	{ LINUX, "'namespaces':[{'type':'pid'},{'type':'uts'},{'type':'pid'}]",
	  "linux.namespaces[2]: the pid namespace is there twice",
	  "c.json:1:96" },
	{ LINUX, "'namespaces':[{'type':'pid','path':'proc/1/ns/pid'}]",
	  "linux.namespaces[0].path: 'proc/1/ns/pid' is not an absolute path",
	  "c.json:1:87" },
	{ LINUX, "'namespaces':[{'path':'/proc/1/ns/pid'}]",
	  "linux.namespaces[0]: 'type' is missing", "c.json:1:66" },
	{ LINUX, "'uidMappings':[{'containerID':0,'hostID':0,'size':1}]",
	  "linux.uidMappings: id mappings are for a new user namespace only",
	  "c.json:1:66" },
	{ LINUX,
	  "'namespaces':[{'type':'user'}],'uidMappings':[{'containerID':0,'hostID':0,'size':0}]",
	  "linux.uidMappings: the uid map 0 0 0 maps nothing", "c.json:1:97" },
	{ LINUX, "'timeOffsets':{'boottime':{'secs':1}}",
	  "linux.timeOffsets: offsets are for a new time namespace only",
	  "c.json:1:66" },
	{ LINUX,
	  "'namespaces':[{'type':'time'}],'timeOffsets':{'boottime':{'nanosecs':1000000000}}",
	  "linux.timeOffsets.boottime.nanosecs: 1000000000 is not from 0 to 999999999",
	  "c.json:1:121" },
	{ LINUX, "'devices':[{'path':'/dev/x','type':'d','major':1,'minor':1}]",
	  "linux.devices[0].type: unknown device type 'd'",
	  "one of 'c', 'u', 'b', 'p'   c.json:1:87" },
	{ LINUX, "'devices':[{'path':'/dev/x','type':'c','major':1}]",
	  "linux.devices[0]: 'major' or 'minor' is missing", "c.json:1:63" },
	{ LINUX, "'devices':[{'path':'dev/x','type':'p'}]",
	  "linux.devices[0].path: 'dev/x' is not an absolute path",
	  "c.json:1:71" },
	{ LINUX,
	  "'devices':[{'path':'/dev/x','type':'c','major':1,'minor':1,'fileMode':'0666'}]",
	  "linux.devices[0].fileMode: expected a number, found a string",
	  "c.json:1:122" },
	{ LINUX, "'rootfsPropagation':'rshard'",
	  "linux.rootfsPropagation: unknown propagation 'rshard'",
	  "did you mean 'rshared'?   c.json:1:72" },
	{ LINUX, "'maskedPaths':['/proc/kcore','etc']",
	  "linux.maskedPaths[1]: 'etc' is not an absolute path",
	  "c.json:1:81" },
	{ LINUX, "'sysctl':{'net.core.somaxconn':1024}",
	  "linux.sysctl['net.core.somaxconn']: expected a string, found a number",
	  "c.json:1:83" },
	{ LINUX, "'personality':{'domain':'LINUX64'}",
	  "linux.personality.domain: unknown personality domain 'LINUX64'",
	  "did you mean 'LINUX'?   c.json:1:76" },
	{ LINUX,
	  "'personality':{'domain':'LINUX32','flags':['ADDR_NO_RANDOMIZE']}",
	  "linux.personality.flags is not supported yet", "c.json:1:94" },
	{ LINUX, "'intelRdt':{'closID':'x'}",
	  "linux.intelRdt is not supported yet", "c.json:1:63" },
	{ LINUX, "'memoryPolicy':{'mode':'MPOL_BIND','nodes':'0'}",
	  "linux.memoryPolicy is not supported yet", "c.json:1:67" },
	{ LINUX, "'netDevices':{'eth0':{}}",
	  "linux.netDevices is not supported yet", "c.json:1:65" },
	{ SECCOMP, "'syscalls':[]", "linux.seccomp: 'defaultAction' is missing",
	  "c.json:1:62" },
	{ SECCOMP, "'defaultAction':'SCMP_ACT_ERNO'",
	  "linux.seccomp.defaultAction: unknown seccomp action 'SCMP_ACT_ERNO'",
	  "did you mean 'SCMP_ACT_ERRNO'?   c.json:1:79" },
	{ SECCOMP, "'defaultAction':'SCMP_ACT_ALLOW','defaultErrnoRet':1",
	  "linux.seccomp.defaultErrnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take an errno",
	  "c.json:1:114" },
	{ SECCOMP, "'defaultAction':'SCMP_ACT_NOTIFY'",
	  "seccomp action 'SCMP_ACT_NOTIFY' is not supported yet",
	  "c.json:1:79" },
	{ SECCOMP,
	  "'defaultAction':'SCMP_ACT_ALLOW','architectures':['SCMP_ARCH_X86_46']",
	  "linux.seccomp.architectures[0]: unknown seccomp architecture 'SCMP_ARCH_X86_46'",
	  "did you mean 'SCMP_ARCH_X86_64'?   c.json:1:113" },
	{ SECCOMP,
	  "'defaultAction':'SCMP_ACT_ALLOW','flags':['SECCOMP_FILTER_FLAG_LOGS']",
	  "linux.seccomp.flags[0]: unknown seccomp flag 'SECCOMP_FILTER_FLAG_LOGS'",
	  "did you mean 'SECCOMP_FILTER_FLAG_LOG'?   c.json:1:105" },
	{ SECCOMP, "'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/run/l'",
	  "linux.seccomp.listenerPath is not supported yet", "c.json:1:111" },
	{ SECCOMP,
	  "'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':[],'action':'SCMP_ACT_KILL'}]",
	  "linux.seccomp.syscalls[0].names: at least one system call is needed",
	  "c.json:1:117" },
	{ SECCOMP,
	  "'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['kill'],'action':'SCMP_ACT_KILL','errnoRet':1}]",
	  "linux.seccomp.syscalls[0].errnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take an errno",
	  "c.json:1:162" },
	{ SECCOMP,
	  "'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['kill'],'action':'SCMP_ACT_KILL','args':[{'index':6,'value':1,'op':'SCMP_CMP_EQ'}]}]",
	  "linux.seccomp.syscalls[0].args[0].index: 6 is not from 0 to 5",
	  "c.json:1:168" },
	{ SECCOMP,
	  "'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['kill'],'action':'SCMP_ACT_KILL','args':[{'index':0,'value':1,'op':'SCMP_CMP_EG'}]}]",
	  "linux.seccomp.syscalls[0].args[0].op: unknown seccomp operator 'SCMP_CMP_EG'",
	  "did you mean 'SCMP_CMP_EQ'?   c.json:1:185" },
	{ RESOURCES, "'memory':{'limit':'64m'}",
	  "linux.resources.memory.limit: expected a number, found a string",
	  "c.json:1:83" },
	{ RESOURCES, "'memory':{'limit':9223372036854775808}",
	  "linux.resources.memory.limit: 9223372036854775808 is out of range",
	  "c.json:1:83" },
	{ RESOURCES, "'memory':{'disableOOMKiller':1}",
	  "linux.resources.memory.disableOOMKiller: expected true or false, found a number",
	  "c.json:1:94" },
	{ RESOURCES, "'cpu':{'shares':-1}",
	  "linux.resources.cpu.shares: -1 is out of range", "c.json:1:81" },
	{ RESOURCES, "'cpu':{'cpus':0}",
	  "linux.resources.cpu.cpus: expected a string, found a number",
	  "c.json:1:79" },
	{ RESOURCES, "'pids':[1]",
	  "linux.resources.pids: expected an object, found an array",
	  "c.json:1:72" },
	{ RESOURCES, "'devices':[{'access':'rwm'}]",
	  "linux.resources.devices[0]: 'allow' is missing", "c.json:1:76" },
	{ RESOURCES, "'devices':[{'allow':true}]",
	  "linux.resources.devices[0]: 'access' is missing", "c.json:1:76" },
	{ RESOURCES, "'devices':[{'allow':true,'access':'rwx'}]",
	  "linux.resources.devices[0].access: unknown access 'x', only 'r', 'w' and 'm' are",
	  "c.json:1:99" },
	{ RESOURCES, "'devices':[{'allow':true,'type':'d','access':'rw'}]",
	  "linux.resources.devices[0].type: unknown device type 'd'",
	  "one of 'a', 'b', 'c'   c.json:1:97" },
	{ RESOURCES,
	  "'devices':[{'allow':true,'type':'c','major':-2,'access':'rw'}]",
	  "linux.resources.devices[0].major: -2 is not from -1 to 4294967295",
	  "c.json:1:109" },
	{ RESOURCES, "'blockIO':{'weightDevice':[{'major':8,'minor':0}]}",
	  "linux.resources.blockIO.weightDevice[0]: 'weight' or 'leafWeight' is missing",
	  "c.json:1:92" },
	{ RESOURCES,
	  "'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0}]}",
	  "linux.resources.blockIO.throttleReadBpsDevice[0]: 'rate' is missing",
	  "c.json:1:101" },
	{ RESOURCES, "'hugepageLimits':[{'pageSize':'2M','limit':1}]",
	  "linux.resources.hugepageLimits[0].pageSize: '2M' is not a page size such as '2MB'",
	  "c.json:1:95" },
	{ RESOURCES, "'network':{'priorities':[{'name':'eth0'}]}",
	  "linux.resources.network.priorities[0]: 'priority' is missing",
	  "c.json:1:90" },
	{ RESOURCES, "'rdma':{'mlx5':{}}",
	  "linux.resources.rdma['mlx5']: 'hcaHandles' or 'hcaObjects' is missing",
	  "c.json:1:80" },
	{ RESOURCES, "'unified':{'../x.y':'1'}",
	  "linux.resources.unified['../x.y']: '../x.y' is not a file of a control group such as 'memory.high'",
	  "c.json:1:76" },
	{ RESOURCES, "'unified':{'memory.high':1}",
	  "linux.resources.unified['memory.high']: expected a string, found a number",
	  "c.json:1:90" },
};

static void a_bad_value_is_named_by_its_path_and_place(void **state)
{
	EACH(row, bad_configs) {
		CLEANUP_ARENA struct arena arena;
		struct kist_error err = { 0 };
		struct spec *spec = NULL;
		char text[2048];

		make_config(text, sizeof(text), row->around, row->fragment);
		CASE(text);
		arena_init(&arena);
		assert_true(config_parse(text, strlen(text), "c.json", &arena,
					 &spec, &err) < 0);
		assert_null(spec);
		CHECK_ERR(&err, row->line);
		CHECK_HINT(&err, row->hint);
	}
}

/* ---- good ones ---- */

static struct spec *parse_good(struct arena *arena, const char *text)
{
	struct kist_error err = { 0 };
	struct spec *spec = NULL;

	CASE(text);
	assert_int_equal(config_parse(text, strlen(text), "c.json", arena,
				      &spec, &err) < 0,
			 err.id != KIST_OK);
	CHECK_ERR(&err, NULL);
	assert_non_null(spec);
	return spec;
}

static struct spec *parse_fragment(struct arena *arena, const char *around,
				   const char *fragment)
{
	char text[2048];

	make_config(text, sizeof(text), around, fragment);
	return parse_good(arena, text);
}

static struct spec *parse_file(struct arena *arena, const char *name)
{
	char path[300], *text = arena_alloc(arena, 65536);
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", getenv("KIST_TEST_DATA"), name);
	file = fopen(path, "r");
	CHECK_SYS(file ? 0 : -1);
	assert_true(fread(text, 1, 65535, file) > 0);
	fclose(file);
	return parse_good(arena, text);
}

static void what_is_absent_is_said_to_be(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;

	arena_init(&arena);
	spec = parse_fragment(&arena, TOP, "'x':null");
	assert_false(spec->process.present);
	assert_int_equal(spec->process.umask, -1);
	assert_int_equal(spec->process.scheduler.policy, -1);
	assert_true(spec->personality == -1);
	assert_null(spec->hostname);
	assert_null(spec->seccomp);
	assert_null(spec->masked_paths.items[0]);
	assert_null(spec->process.args.items[0]);
	assert_int_equal(spec->warnings.count, 0);
	assert_true(cgroup_limits_empty(&spec->limits));
}

static void what_is_not_known_or_null_is_skipped(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;

	arena_init(&arena);
	spec = parse_fragment(&arena, TOP,
			      "'vm':{'hypervisor':{}},'hostname':null,"
			      "'windows':[1],'process':null,'linux':{"
			      "'intelRdt':{},'resources':null,'foo':1}");
	assert_null(spec->hostname);
	assert_false(spec->process.present);
}

static void later_versions_of_the_specification_are_read(void **state)
{
	static const char *const versions[] = {
		"'1.0'",
		"'1.0.2-dev'",
		"'1.3.0'",
		"'1.99.0+x'",
	};

	EACH(version, versions) {
		CLEANUP_ARENA struct arena arena;
		char fragment[100];

		arena_init(&arena);
		snprintf(fragment, sizeof(fragment),
			 "'root':{'path':'r'},'ociVersion':%s", *version);
		parse_fragment(&arena, BARE, fragment);
	}
}

static void unknown_capabilities_are_warned_about(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;

	arena_init(&arena);
	spec = parse_fragment(&arena, PROCESS,
			      "'capabilities':{'bounding':['CAP_KILL',"
			      "'CAP_FLY','kill']}");
	assert_true(spec->process.has_caps);
	assert_true(spec->process.caps[CAP_SET_BOUNDING] == CAP_MASK(5));
	assert_int_equal(spec->warnings.count, 2);
	assert_string_equal(spec->warnings.items[0],
			    "process.capabilities.bounding[1]: unknown "
			    "capability 'CAP_FLY' is left out (c.json:1:117)");
	assert_null(spec->warnings.items[2]);
}

static void mount_options_become_attributes_and_data(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec_mount *mount;

	arena_init(&arena);
	mount = parse_fragment(&arena, MOUNT,
			       "'destination':'tmp','type':'tmpfs','options':["
			       "'ro','nosuid','size=64k','rw','sync',"
			       "'tmpcopyup','mode=755']")
			->mounts;
	assert_string_equal(mount->destination, "/tmp");
	assert_true(mount->attr_set == MOUNT_ATTR_NOSUID);
	assert_true(mount->attr_clr & MOUNT_ATTR_RDONLY);
	assert_string_equal(mount->data[0], "size=64k");
	assert_string_equal(mount->data[1], "mode=755");
	assert_null(mount->data[2]);
	assert_string_equal(mount->sb_flags[0], "sync");
	assert_null(mount->sb_flags[1]);
	assert_true(mount->copy_up);

	mount = parse_fragment(&arena, MOUNT,
			       "'destination':'/a','source':'/b','options':["
			       "'rbind','rro','rslave']")
			->mounts;
	assert_true(mount->bind && mount->recursive);
	assert_true(mount->rec_set == MOUNT_ATTR_RDONLY);
	assert_int_equal(mount->propagation, MS_SLAVE | MS_REC);
	assert_null(mount->data[0]);
}

static void seccomp_words_become_numbers(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct seccomp_profile *profile;

	arena_init(&arena);
	profile = parse_fragment(
			  &arena, SECCOMP,
			  "'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':"
			  "38,'architectures':['SCMP_ARCH_X86_64'],'syscalls':["
			  "{'names':['a','b'],'action':'SCMP_ACT_ERRNO'},"
			  "{'names':['c'],'action':'SCMP_ACT_ALLOW','args':["
			  "{'index':1,'value':2,'valueTwo':3,'op':"
			  "'SCMP_CMP_MASKED_EQ'}]}]")
			  ->seccomp;
	assert_true(profile->default_action == (SECCOMP_RET_ERRNO | 38));
	assert_true(profile->flags == SECCOMP_FILTER_FLAG_SPEC_ALLOW);
	assert_int_equal(profile->arch_count, 1);
	assert_true(profile->archs[0] == AUDIT_ARCH_X86_64);
	assert_int_equal(profile->rule_count, 2);
	assert_true(profile->rules[0].action == (SECCOMP_RET_ERRNO | EPERM));
	assert_string_equal(profile->rules[0].names[1], "b");
	assert_null(profile->rules[0].names[2]);
	assert_int_equal(profile->rules[1].args[0].op, SECCOMP_OP_MASKED_EQ);
	assert_true(profile->rules[1].args[0].value_two == 3);
}

static void limits_are_found_by_the_table(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct cgroup_limits *l;

	arena_init(&arena);
	l = &parse_fragment(&arena, RESOURCES,
			    "'memory':{'limit':-1,'disableOOMKiller':false},"
			    "'cpu':{'shares':512,'cpus':'0-1'},'pids':{'limit'"
			    ":0},'hugepageLimits':[{'pageSize':'2MB','limit':"
			    "9}],'unified':{'memory.high':'1'},'rdma':{'m':{"
			    "'hcaObjects':4}},'devices':[{'allow':true,'type':"
			    "'c','major':1,'access':'rm'}]")
		     ->limits;
	assert_true(l->values[LIMIT_MEMORY].present);
	assert_true(l->values[LIMIT_MEMORY].value == -1);
	assert_true(l->values[LIMIT_MEMORY_DISABLE_OOM_KILLER].present);
	assert_false(l->values[LIMIT_MEMORY_SWAP].present);
	assert_true(l->values[LIMIT_CPU_SHARES].value == 512);
	assert_true(l->values[LIMIT_PIDS].present);
	assert_string_equal(l->cpus, "0-1");
	assert_string_equal(l->hugepages[0].key, "2MB");
	assert_string_equal(l->hugepages[0].value, "9");
	assert_string_equal(l->unified[0].key, "memory.high");
	assert_true(l->rdma[0].handles == -1 && l->rdma[0].objects == 4);
	assert_int_equal(l->devices[0].type, 'c');
	assert_true(l->devices[0].minor == -1);
	assert_int_equal(l->devices[0].access, DEVICE_READ | DEVICE_MKNOD);
}

static void devices_and_namespaces_are_typed(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;

	arena_init(&arena);
	spec = parse_fragment(&arena, LINUX,
			      "'devices':[{'path':'/dev/f','type':'p',"
			      "'fileMode':4516}],'namespaces':[{'type':'pid'},"
			      "{'type':'network','path':'/n'}],"
			      "'rootfsPropagation':'rslave','personality':{"
			      "'domain':'LINUX32'}");
	assert_int_equal(spec->devices[0].type, S_IFIFO);
	assert_int_equal(spec->devices[0].mode, 0644);
	assert_int_equal(spec->ns[NS_PID].want, NS_NEW);
	assert_int_equal(spec->ns[NS_NET].want, NS_JOIN);
	assert_string_equal(spec->ns[NS_NET].path, "/n");
	assert_int_equal(spec->ns[NS_UTS].want, NS_INHERIT);
	assert_true(spec->root_propagation == (MS_SLAVE | MS_REC));
	assert_true(spec->personality == 8);
}

static const struct {
	const char *name;
	size_t mounts, namespaces, masked;
} files[] = {
	{ "runc-spec.json", 7, 5, 10 },
	{ "runc-spec-rootless.json", 7, 5, 10 },
	{ "podman.json", 10, 6, 13 },
};

static void what_engines_write_is_read(void **state)
{
	EACH(row, files) {
		CLEANUP_ARENA struct arena arena;
		const struct spec *spec;
		size_t namespaces = 0;

		arena_init(&arena);
		spec = parse_file(&arena, row->name);
		CASE(row->name);
		for (int kind = 0; kind < NS_COUNT; kind++)
			namespaces += spec->ns[kind].want == NS_NEW;
		assert_int_equal(spec->mount_count, row->mounts);
		assert_int_equal(namespaces, row->namespaces);
		assert_int_equal(spec->masked_paths.count, row->masked);
		assert_int_equal(spec->warnings.count, 0);
	}
}

static void a_process_alone_is_read_for_exec(void **state)
{
	static const char good[] = "{\"cwd\":\"/\",\"args\":[\"id\"]}";
	static const char bad[] = "{\"cwd\":\"/\",\"args\":[7]}";
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct spec *spec = NULL;

	arena_init(&arena);
	assert_int_equal(config_parse_process(good, strlen(good), "p", &arena,
					      &spec, &err),
			 0);
	assert_true(spec->process.present);
	assert_string_equal(spec->process.args.items[0], "id");
	assert_int_equal(config_parse_process(bad, strlen(bad), "p", &arena,
					      &spec, &err),
			 -EINVAL);
	CHECK_ERR(&err, "args[0]: expected a string, found a number");
}

static void a_place_is_found_again(void **state)
{
	static const char text[] = "{\"ociVersion\":\"1.0.2\",\n"
				   "\"root\":{\"path\":\"r\"},\n\"mounts\":"
				   "[{\"destination\":\"/\",\"type\":\"x\"}]}";
	struct place option = { .option = "-v /a:/b" };
	struct place unknown = { 0 };
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;
	char buf[100];

	arena_init(&arena);
	spec = parse_good(&arena, text);
	config_place(text, strlen(text), "dir/c.json", &spec->mounts[0].place,
		     buf, sizeof(buf));
	assert_string_equal(buf, "mounts[0] at dir/c.json:3:11");
	config_place(text, strlen(text), "c", &option, buf, sizeof(buf));
	assert_string_equal(buf, "-v /a:/b");
	config_place(text, strlen(text), "c", &unknown, buf, sizeof(buf));
	assert_string_equal(buf, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_value_is_named_by_its_path_and_place),
		cmocka_unit_test(what_is_absent_is_said_to_be),
		cmocka_unit_test(what_is_not_known_or_null_is_skipped),
		cmocka_unit_test(later_versions_of_the_specification_are_read),
		cmocka_unit_test(unknown_capabilities_are_warned_about),
		cmocka_unit_test(mount_options_become_attributes_and_data),
		cmocka_unit_test(seccomp_words_become_numbers),
		cmocka_unit_test(limits_are_found_by_the_table),
		cmocka_unit_test(devices_and_namespaces_are_typed),
		cmocka_unit_test(what_engines_write_is_read),
		cmocka_unit_test(a_process_alone_is_read_for_exec),
		cmocka_unit_test(a_place_is_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
