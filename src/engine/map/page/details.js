// SPDX-License-Identifier: Apache-2.0
// details.js - all that is known of one thing or one namespace

const fact = (name, value) => value === undefined || value === '' || value === null || value === false ? [] :
	[el('dt', null, name), el('dd', null, value)];

const peers = (ns, except) => ns.members.filter((m) => m !== except);

function nsFact(model, thing, kind) {
	const ns = model.ns.get(thing.ns[kind]);
	const state = thing.states[kind];
	const others = ns ? peers(ns, thing) : [];
	return [el('dt', null, kind), el('dd', { class: state, 'data-ns': ns && !ns.initial ? ns.ns : undefined },
		badge(ns), state === 'shared' ?
			'with ' + clean(others.slice(0, 5).map((t) => t.name).join(', ')) + (others.length > 5 ? ' and ' + (others.length - 5) + ' more' : '') :
			STATE_WORDS[state], el('small', null, thing.ns[kind] ? ' ' + thing.ns[kind] : ''))];
}

function thingDetails(model, thing) {
	const net = thing.states.net === 'host' ? null : model.ns.get(thing.ns.net);
	const group = model.cgroups[thing.cgroup_index];
	return [
		el('h2', null, clean(thing.name), ' ', engineTag(thing)),
		el('dl', null,
			fact('id', thing.id && el('code', null, clean(thing.id))),
			fact('image', thing.image && clean(thing.image)),
			fact('command', thing.command && el('code', null, clean(thing.command))),
			fact('user', thing.user && clean(thing.user)),
			fact('process', thing.pid && thing.pid + (thing.procs > 1 ? ' and ' + (thing.procs - 1) + ' more' : '')),
			fact('state', thing.paused && 'paused')),
		el('h3', null, 'Namespaces'),
		el('dl', null, KINDS.map((kind) => nsFact(model, thing, kind))),
		net && (net.devices.length || net.ports.length) ? [el('h3', null, 'Network'),
			net.devices.filter((d) => !isPrivateLoop(d)).map(plug),
			net.ports.length ? el('div', { class: 'doors' }, net.ports.map(door)) : null] : null,
		group ? [el('h3', null, 'Control group'), groupFacts(group)] : null,
		thing.pid ? [el('h3', null, 'Try'), el('p', { class: 'try' },
			el('code', null, 'kist show ' + thing.pid), el('code', null, 'kist enter ' + thing.pid))] : null,
	];
}

const groupFacts = (group) => el('dl', null,
	fact('path', el('code', null, clean(group.path))),
	fact('memory', memoryText(group)),
	fact('slowed at', typeof group.memory_high === 'number' && bytes(group.memory_high)),
	fact('pids', pidsText(group)),
	fact('cpu', cpuText(group)),
	fact('killed', !!group.oom_kills && plural(group.oom_kills, 'time') + ' for lack of memory'),
	fact('state', group.frozen && 'frozen'));

function nsDetails(model, ns) {
	return [
		el('h2', null, badge(ns), clean(nsTitle(model, ns)), ' ', el('span', { class: 'tag' }, ns.kind)),
		el('p', null, KIND_MEANS[ns.kind]),
		el('dl', null,
			fact('inode', el('code', null, ns.kind + ':[' + ns.ns + ']')),
			fact('kept as', ns.name && clean(ns.name)),
			fact('of', ns.owner && model.ns.get(ns.owner) && clean(nsTitle(model, model.ns.get(ns.owner)))),
			fact('made by', ns.owner_name && clean(ns.owner_name)),
			fact('processes', ns.procs),
			fact('id here', ns.netnsid)),
		el('h3', null, ns.members.length > 1 ? 'In common to ' + ns.members.length : 'Used by'),
		el('ul', null, ns.members.slice(0, 30).map((t) => el('li', null, clean(t.name), ' ', engineTag(t))),
			ns.members.length > 30 ? el('li', null, 'and ' + (ns.members.length - 30) + ' more') : null),
		ns.devices.length ? [el('h3', null, 'Devices'), ns.devices.map(plug)] : null,
		el('h3', null, 'Try'), el('p', { class: 'try' },
			el('code', null, 'kist ls ' + ns.kind + ':[' + ns.ns + ']')),
	];
}

function deviceDetails(model, device) {
	const ns = model.ns.get(device.ns);
	return [
		el('h2', null, clean(device.name), ' ', el('span', { class: 'tag' }, clean(device.type || 'device'))),
		el('dl', null, fact('in', ns && clean(nsTitle(model, ns))), fact('number', device.index),
			fact('state', device.up ? 'up' : 'down'),
			fact('addresses', addressesOf(device).map((a) => el('code', null, clean(a), ' ')))),
	];
}

function groupDetails(model, index) {
	const things = model.things.filter((t) => t.cgroup_index === index);
	const group = model.cgroups[index];
	return [el('h2', null, clean(group.path)), groupFacts(group),
		things.length ? [el('h3', null, 'Runs'), el('ul', null, things.map((t) => el('li', null, clean(t.name))))] : null,
		el('h3', null, 'Try'), el('p', { class: 'try' }, el('code', null, 'kist cg explain ' + clean(group.path)))];
}
