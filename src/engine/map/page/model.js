// SPDX-License-Identifier: Apache-2.0
// model.js - what the map says, with the questions answered that the views ask
'use strict';

const KINDS = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'];
const KIND_MEANS = {
	user: 'ids and privileges',
	mnt: 'mounts: what the file system looks like',
	pid: 'processes: who can be seen and signalled',
	net: 'network devices, addresses, ports, routes',
	ipc: 'System V IPC and POSIX message queues',
	uts: 'host name',
	cgroup: 'the root of the control group tree',
	time: 'offsets of the boot and monotonic clocks',
};
// Sharing one of these binds containers together; users and clocks are often
// common to all of one engine.
const BINDING = ['mnt', 'pid', 'net', 'ipc', 'uts'];

// Texts are compared as people count: web-2 before web-10.
const collator = new Intl.Collator('en', { numeric: true });
const byName = (a, b) => collator.compare(a.name, b.name);

const groupBy = (items, keyOf) => {
	const groups = new Map();
	for (const item of items) {
		const key = keyOf(item);
		if (groups.has(key))
			groups.get(key).push(item);
		else
			groups.set(key, [item]);
	}
	return groups;
};

const letters = (n) => {
	let text = '';
	for (n += 1; n > 0; n = Math.floor((n - 1) / 26))
		text = String.fromCharCode(65 + (n - 1) % 26) + text;
	return text;
};

function bytes(n) {
	const units = ['B', 'K', 'M', 'G', 'T'];
	let unit = 0;
	while (n >= 1000 && unit < units.length - 1) {
		n /= 1024;
		unit++;
	}
	return (n >= 10 || unit === 0 ? Math.round(n) : n.toFixed(1)) + units[unit];
}

// How a namespace is to a thing: shared ones are what the page is about.
function stateOf(model, thing, kind) {
	const ns = model.ns.get(thing.ns[kind]);
	if (!ns)
		return thing.kind === 'set' ? 'none' : 'unknown';
	if (ns.initial)
		return 'host';
	return ns.members.length > 1 ? 'shared' : 'own';
}

// Namespaces that the same things share get the same letter and colour.
function labelShared(model) {
	const labels = new Map();
	for (const thing of model.things)
		for (const kind of KINDS) {
			const ns = model.ns.get(thing.ns[kind]);
			if (!ns || ns.initial || ns.members.length < 2 || ns.label)
				continue;
			const set = ns.members.map((m) => m.key).join('\n');
			if (!labels.has(set))
				labels.set(set, labels.size);
			ns.hue = labels.get(set) % 8;
			ns.label = letters(labels.get(set));
		}
}

// Things bound together by a shared namespace, directly or through others.
function findClusters(model) {
	const leader = new Map(model.things.map((t) => [t, t]));
	const find = (t) => {
		while (leader.get(t) !== t)
			t = leader.get(t);
		return t;
	};
	for (const ns of model.ns.values()) {
		if (ns.initial || !BINDING.includes(ns.kind))
			continue;
		for (const member of ns.members)
			leader.set(find(member), find(ns.members[0]));
	}
	for (const [first, members] of groupBy(model.things, find)) {
		if (members.length < 2)
			continue;
		const cluster = { key: 'p' + first.key, members };
		for (const member of members)
			member.cluster = cluster;
	}
}

function addTexts(model) {
	for (const thing of model.things) {
		const words = [thing.name, thing.kind, thing.engine, thing.id, thing.image,
			thing.command, thing.user, thing.pid, thing.cgroup];
		for (const kind of KINDS)
			words.push(kind + ':[' + thing.ns[kind] + ']', model.ns.get(thing.ns[kind])?.name);
		if (thing.states.net !== 'host') {
			const net = model.ns.get(thing.ns.net);
			for (const device of net?.devices ?? [])
				words.push(device.name, device.addresses);
			for (const port of net?.ports ?? [])
				words.push(port.host_port + '/' + port.protocol);
		}
		thing.text = words.filter((w) => w !== undefined).join('\n').toLowerCase();
	}
}

function buildModel(map) {
	const model = { machine: map.machine ?? '', hidden: map.hidden,
		things: [], ns: new Map(), devices: new Map(), cgroups: map.cgroups, ports: map.ports };
	for (const ns of map.namespaces)
		model.ns.set(ns.ns, { ...ns, members: [], devices: [], ports: [] });
	const keys = new Map();
	for (const thing of map.things) {
		const key = [thing.kind, thing.engine, thing.id ?? thing.name].join(' ');
		const nth = keys.get(key) ?? 0;
		keys.set(key, nth + 1);
		model.things.push({ ...thing, key: 't' + key + (nth ? ' ' + nth : '') });
	}
	model.things.sort(byName);
	for (const thing of model.things)
		for (const kind of KINDS) {
			const ino = thing.ns[kind];
			if (!ino)
				continue;
			if (!model.ns.has(ino))
				model.ns.set(ino, { kind, ns: ino, members: [], devices: [], ports: [] });
			model.ns.get(ino).members.push(thing);
		}
	for (const device of map.devices) {
		const one = { ...device, key: 'd' + device.ns + '/' + device.index };
		model.devices.set(device.ns + '/' + device.index, one);
		model.ns.get(device.ns)?.devices.push(one);
	}
	for (const port of map.ports)
		model.ns.get(port.ns)?.ports.push(port);
	labelShared(model);
	for (const thing of model.things) {
		thing.states = {};
		for (const kind of KINDS)
			thing.states[kind] = stateOf(model, thing, kind);
	}
	findClusters(model);
	addTexts(model);
	return model;
}

// What a namespace is called: its name, or who is in it.
function nsTitle(model, ns) {
	if (ns.initial)
		return 'the host';
	if (ns.name)
		return ns.name;
	if (!ns.members.length)
		return ns.kind + ':[' + ns.ns + ']';
	const rest = ns.members.length - 1;
	return ns.members[0].name + (rest ? ' and ' + rest + ' more' : '');
}

// "web-1 … web-300", "cart, pay"
function namesOf(things) {
	const names = things.map((t) => t.name);
	if (names.length <= 3)
		return names.join(', ');
	return names[0] + ' … ' + names[names.length - 1];
}

const plural = (n, word) => n + ' ' + word + (n === 1 ? '' : word.endsWith('s') ? 'es' : 's');
