// SPDX-License-Identifier: Apache-2.0
// ids.js - user namespaces in one another, and what ids become on the way out

const parseMap = (text) => (text ?? '').split(', ').map((line) => line.trim().split(/\s+/).map(Number))
	.filter((n) => n.length === 3 && n.every(Number.isFinite))
	.map(([inside, outside, count]) => ({ inside, outside, count }));

// The parts of a block of ids of the parent's, as the host knows them.
function onHost(model, ns, block) {
	const parent = model.ns.get(ns.parent);
	if (!parent || parent.initial)
		return [block];
	return parseMap(parent.uid_map).flatMap((line) => {
		const from = Math.max(block.outside, line.inside);
		const to = Math.min(block.outside + block.count, line.inside + line.count);
		return from < to ? onHost(model, parent,
			{ inside: block.inside + from - block.outside, outside: line.outside + from - line.inside, count: to - from }) : [];
	});
}

const range = (from, count) => count === 1 ? String(from) : from + ' – ' + (from + count - 1);

function mapTable(model, ns, what, text, isDeep) {
	const lines = parseMap(text);
	return el('div', { class: 'idmap' }, el('h4', null, what),
		lines.length ? lines.map((line) => el('div', { class: 'idline' },
			el('span', { class: 'in' }, range(line.inside, line.count)),
			el('span', { class: 'arrow', 'aria-label': 'is outside' }, '→'),
			el('span', { class: 'out' }, range(line.outside, line.count)),
			isDeep && what === 'users' ? el('small', null, 'on the host: ' + (onHost(model, ns, line)
				.map((b) => range(b.outside, b.count)).join(', ') || 'nobody')) : null)) :
			el('p', { class: 'empty' }, 'no ids'));
}

function idCard(model, ns, alike, isDeep) {
	const isFull = ns.initial || /^\s*0\s+0\s+4294967295\s*$/.test(ns.uid_map ?? '');
	return el('div', { class: 'card item idcard' + (ns.label ? ' shared hue' + ns.hue : '') + (ns.initial ? ' host' : ''),
		tabindex: -1, role: 'treeitem', 'data-ns': ns.ns },
	el('div', { class: 'title' }, badge(ns),
		el('b', null, ns.initial ? 'the host' : clean(nsTitle(model, ns))),
		alike > 1 ? el('small', null, 'and ' + (alike - 1) + ' alike') : null,
		el('small', null, [ns.owner_name && !ns.initial ? 'made by ' + clean(ns.owner_name) : '',
			plural(ns.members.length, 'thing')].filter(Boolean).join(' · '))),
	isFull && ns.initial ? el('p', { class: 'empty' }, 'every id is itself') :
		el('div', { class: 'idmaps' }, mapTable(model, ns, 'users', ns.uid_map, isDeep),
			mapTable(model, ns, 'groups', ns.gid_map, isDeep)));
}

function viewIds(model, things, ui) {
	const users = [...model.ns.values()].filter((n) => n.kind === 'user');
	const inos = new Set(things.map((t) => t.ns.user));
	const wanted = new Set();
	for (const ns of users)
		if (!ui.filtered || inos.has(ns.ns))
			for (let at = ns; at; at = model.ns.get(at.parent))
				wanted.add(at.ns);
	const items = [];
	const walk = (list, level) => {
		const shape = (n) => [n.uid_map, n.gid_map, n.owner_name, n.initial, n.label ? n.ns : '',
			users.some((u) => u.parent === n.ns) ? n.ns : ''].join('|');
		for (const alike of groupBy(list.filter((n) => wanted.has(n.ns)), shape).values()) {
			const ns = alike[0];
			const count = ui.unfold ? 1 : alike.length;
			for (const one of ui.unfold ? alike : [ns])
				items.push({ key: 'u' + one.ns, sig: JSON.stringify([level, count, one.uid_map, one.gid_map, one.owner_name, nsSig(model, one)]),
					make: () => {
						const card = idCard(model, one, count, level > 1);
						card.setAttribute('aria-level', level + 1);
						card.style.setProperty('--level', level);
						return card;
					} });
			walk(users.filter((u) => u.parent === ns.ns && u !== ns), level + 1);
		}
	};
	walk(users.filter((n) => !n.parent || !model.ns.has(n.parent) || n.parent === n.ns), 0);
	if (!items.length)
		return [empty('No user namespace is like that.')];
	return [{ key: 'tree', sig: 'tree', make: () => el('div', { class: 'idtree', role: 'tree', 'aria-label': 'user namespaces' }),
		fill: (parent) => sync(parent, items) }];
}
