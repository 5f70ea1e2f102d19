// SPDX-License-Identifier: Apache-2.0
// cgroups.js - the tree of control groups, with what is used of what is allowed

const SIBLINGS = 12; // shown of one group before the rest is folded

function cgroupTree(model) {
	const nodes = model.cgroups.map((group, i) => ({ ...group, i, children: [], things: [],
		key: 'g' + group.hierarchy + ':' + group.path }));
	const roots = [];
	for (const node of nodes)
		(node.parent >= 0 && nodes[node.parent] ? nodes[node.parent].children : roots).push(node);
	for (const thing of model.things)
		nodes[thing.cgroup_index]?.things.push(thing);
	const weigh = (node) => typeof node.memory === 'number' ? node.memory : -1;
	for (const node of nodes)
		node.children.sort((a, b) => weigh(b) - weigh(a) || collator.compare(a.path, b.path));
	return { nodes, roots };
}

// Which are shown when there is a filter: what fits, and the way to it.
function keepMatching(tree, things) {
	const wanted = new Set(things), kept = new Set();
	for (const node of tree.nodes)
		if (node.things.some((t) => wanted.has(t)))
			for (let at = node; at; at = tree.nodes[at.parent])
				kept.add(at);
	return kept;
}

const isHot = (used, max) => typeof used === 'number' && typeof max === 'number' && max > 0 && used / max >= 0.9;

function meter(used, max, scale, text, what) {
	const limit = typeof max === 'number' ? max : undefined;
	const share = typeof used === 'number' ? Math.min(1, used / (limit ?? scale ?? used ?? 1)) : 0;
	const fill = el('i', { class: limit === undefined ? 'free' : isHot(used, max) ? 'hot' : '' });
	fill.style.width = (share * 100).toFixed(1) + '%';
	return el('span', { role: 'gridcell', class: 'meter ' + what, 'aria-label': what + ' ' + text },
		el('span', { class: 'track' + (limit === undefined ? ' open' : '') }, fill),
		el('span', { class: 'text' }, isHot(used, max) ? el('b', { class: 'warn' }, '▲ ') : null, text));
}

function memoryText(node) {
	if (typeof node.memory !== 'number')
		return '';
	return bytes(node.memory) + (typeof node.memory_max === 'number' ? ' of ' + bytes(node.memory_max) : '');
}

function pidsText(node) {
	if (typeof node.pids !== 'number')
		return '';
	return node.pids + (typeof node.pids_max === 'number' ? ' of ' + node.pids_max : '');
}

function cpuText(node) {
	const parts = [];
	if (typeof node.cpu_usec === 'number')
		parts.push((node.cpu_usec / 1e6).toFixed(node.cpu_usec < 1e8 ? 1 : 0) + ' s');
	if (typeof node.cpu_quota_usec === 'number' && node.cpu_period_usec)
		parts.push('≤ ' + (node.cpu_quota_usec / node.cpu_period_usec).toFixed(2) + ' CPUs');
	else if (typeof node.cpu_weight === 'number' && node.cpu_weight !== 100)
		parts.push('weight ' + node.cpu_weight);
	return parts.join(', ');
}

function cgroupRow(node, level, isOpen, scale) {
	const leaf = node.path === '/' ? '/' : node.path.slice(node.path.lastIndexOf('/') + 1);
	const name = el('span', { role: 'rowheader', class: 'name' },
		node.children.length ? foldSign(isOpen) : el('span', { class: 'fold' }),
		el('b', null, clean(node.things.length === 1 && node.things[0].kind === 'container' ? node.things[0].name : leaf)),
		node.things.length === 1 && node.things[0].kind === 'container' ? engineTag(node.things[0]) : null,
		node.frozen ? el('small', { class: 'warn' }, 'frozen') : null,
		node.oom_kills ? el('small', { class: 'warn' }, '✕ ' + node.oom_kills + ' killed for memory') : null,
		level === 1 ? el('small', null, clean(node.hierarchy)) : null);
	name.style.setProperty('--level', level - 1);
	return el('div', { role: 'row', class: 'row item', tabindex: -1, 'aria-level': level, 'data-group': node.i,
		'aria-expanded': node.children.length ? isOpen : undefined, title: clean(node.path) },
	name,
	el('span', { role: 'gridcell', class: 'procs' }, String(node.procs)),
	meter(node.memory, node.memory_max, scale, memoryText(node), 'memory'),
	meter(node.pids, node.pids_max, undefined, pidsText(node), 'pids'),
	el('span', { role: 'gridcell', class: 'cpu' }, cpuText(node)));
}

function cgroupItems(tree, kept, ui, scale) {
	const items = [];
	const walk = (list, level, parentKey) => {
		const shown = list.filter((n) => !kept || kept.has(n));
		const moreKey = 'm' + parentKey;
		const isAll = ui.isOpen(moreKey, false) || shown.length <= SIBLINGS + 3 || ui.unfold;
		for (const node of isAll ? shown : shown.slice(0, SIBLINGS)) {
			const isOpen = ui.isOpen(node.key, level < 3 || !!kept);
			const { i, parent, things, children, ...facts } = node;
			items.push({ key: node.key, sig: JSON.stringify([facts, isOpen, scale, level, children.length, things.map((t) => t.name)]),
				make: () => cgroupRow(node, level, isOpen, scale) });
			if (isOpen)
				walk(node.children, level + 1, node.key);
		}
		if (shown.length > SIBLINGS + 3 && !ui.unfold)
			items.push({ key: moreKey, sig: isAll + ' ' + shown.length, make: () => {
				const row = el('div', { role: 'row', class: 'row morerow item', tabindex: -1, 'aria-level': level,
					'aria-expanded': isAll }, el('span', { role: 'gridcell', class: 'name' }, foldSign(isAll),
					isAll ? 'fewer' : shown.length - SIBLINGS + ' more, with less memory'));
				row.firstChild.style.setProperty('--level', level - 1);
				return row;
			} });
	};
	walk(tree.roots, 1, '');
	return items;
}

function viewCgroups(model, things, ui) {
	const tree = cgroupTree(model);
	const kept = ui.filtered ? keepMatching(tree, things) : null;
	// Without a limit a bar is measured by the group that uses most below the root.
	const scale = Math.max(1, ...tree.nodes.filter((n) => n.parent >= 0 && typeof n.memory === 'number').map((n) => n.memory));
	const items = cgroupItems(tree, kept, ui, scale);
	if (!items.length)
		return [empty(model.cgroups.length ? 'No control group is like that.' : 'No control groups can be seen.')];
	return [{ key: 'grid', sig: 'grid',
		make: () => el('div', { class: 'groups', role: 'treegrid', 'aria-label': 'control groups' }),
		fill: (parent) => sync(parent, [{ key: 'head', sig: 'head', make: () => el('div', { role: 'row', class: 'row head' },
			['Group', 'Processes', 'Memory', 'Pids', 'CPU'].map((h) => el('span', { role: 'columnheader', class: h.toLowerCase() }, h))) },
		...items]) }];
}
