// SPDX-License-Identifier: Apache-2.0
// sharing.js - who shares which namespaces: rows of things, a column a kind.
// What is in common is a bar from row to row; what is private is a dot.

const ALIKE = 5; // so many of the same are folded into one row

// Without the letters: things of the same shape, each with its own.
const shapeOf = (thing) => [thing.kind, thing.engine, thing.user, thing.paused,
	...KINDS.map((k) => thing.states[k])].join('|');
const lookOf = (model, thing) => shapeOf(thing) +
	KINDS.map((k) => model.ns.get(thing.ns[k])?.label ?? '').join('|');
const clusterShape = (cluster) => cluster.members.map(shapeOf).join('\n');

function sectionsOf(things) {
	const sections = [
		{ key: 's1', title: 'Together', about: 'these share more than the host gives to all', rows: [] },
		{ key: 's2', title: 'Containers', about: 'by themselves', rows: [] },
		{ key: 's3', title: 'Kept namespaces', about: 'without a container', rows: [] },
		{ key: 's4', title: 'Units and processes', about: 'with namespaces of their own', rows: [] },
		{ key: 's5', title: 'The host', about: 'in the namespaces of the machine', rows: [] },
	];
	for (const thing of things) {
		const isHost = KINDS.every((k) => ['host', 'unknown', 'none'].includes(thing.states[k]));
		let to = 3;
		if (thing.cluster && !isHost)
			to = 0;
		else if (thing.kind === 'container')
			to = 1;
		else if (thing.kind === 'set')
			to = 2;
		else if (isHost)
			to = 4;
		sections[to].rows.push(thing);
	}
	return sections.filter((s) => s.rows.length);
}

// A fold: many of one shape as one row, opened by a click.
function pushFold(rows, key, parts, ui, push) {
	const isOpen = ui.isOpen(key, false);
	rows.push({ type: 'fold', key, parts, isOpen, level: 2 });
	if (isOpen)
		parts.forEach(push);
}

function clusterRows(model, ui, things, rows) {
	const clusters = new Map();
	for (const thing of things)
		clusters.set(thing.cluster, [...(clusters.get(thing.cluster) ?? []), thing]);
	const list = [...clusters].map(([cluster, members]) => ({ key: cluster.key, members }));
	const push = (cluster) => {
		rows.push({ type: 'cluster', key: cluster.key, cluster, level: 2 });
		for (const thing of cluster.members)
			rows.push({ type: 'thing', key: thing.key, thing, level: 3 });
	};
	for (const [shape, alike] of groupBy(list, clusterShape))
		if (alike.length >= ALIKE && !ui.unfold)
			pushFold(rows, 'fc' + shape, alike.map((c) => ({ ...c, isCluster: true })), ui, push);
		else
			alike.forEach(push);
}

function thingRows(model, ui, things, rows) {
	const push = (thing) => rows.push({ type: 'thing', key: thing.key, thing, level: 3 });
	for (const [look, alike] of groupBy(things, (t) => lookOf(model, t)))
		if (alike.length >= ALIKE && !ui.unfold)
			pushFold(rows, 'ft' + look, alike, ui, push);
		else
			alike.forEach(push);
}

// Where a bar goes on above and below.
function joinBars(model, rows) {
	for (let i = 0; i < rows.length; i++) {
		const row = rows[i];
		if (row.type !== 'thing')
			continue;
		row.joins = KINDS.map((kind) => {
			if (row.thing.states[kind] !== 'shared')
				return '';
			const same = (other) => other?.type === 'thing' &&
				other.thing.ns[kind] === row.thing.ns[kind];
			return (same(rows[i - 1]) ? ' up' : '') + (same(rows[i + 1]) ? ' down' : '');
		});
	}
}

function sharingRows(model, things, ui) {
	const rows = [];
	for (const section of sectionsOf(things)) {
		const isOpen = ui.isOpen(section.key, section.key !== 's5' || things.length < 40);
		rows.push({ type: 'section', key: section.key, section, isOpen, level: 1 });
		if (!isOpen)
			continue;
		if (section.key === 's1')
			clusterRows(model, ui, section.rows, rows);
		else
			thingRows(model, ui, section.rows, rows);
	}
	joinBars(model, rows);
	return rows;
}

// ---- cells ----

const STATE_WORDS = {
	host: 'the host\'s',
	own: 'its own',
	shared: 'in common',
	unknown: 'not known',
	none: 'not kept',
};

function stateCell(model, thing, kind, join) {
	const ns = model.ns.get(thing.ns[kind]);
	const state = thing.states[kind];
	// A container that lives in the host's is worth a look, others are not.
	const bold = state === 'host' && thing.kind === 'container' && BINDING.includes(kind);
	return el('span', {
		role: 'gridcell',
		class: 'cell ' + state + (bold ? ' bold' : '') + (ns?.label ? ' hue' + ns.hue : '') + (join ?? ''),
		'data-ns': state === 'shared' || state === 'own' ? ns.ns : undefined,
		'aria-label': kind + ': ' + STATE_WORDS[state] + (ns?.label ? ', ' + ns.label : ''),
		'data-kind': kind,
	}, el('i', null, state === 'shared' ? ns.label : state === 'host' ? 'host' : ''));
}

function foldCells(model, row) {
	const first = row.parts[0].isCluster ? row.parts[0].members : [row.parts[0]];
	return KINDS.map((kind) => {
		const states = first.map((t) => t.states[kind]);
		const state = states.includes('shared') ? 'shared' : states[0];
		const ns = row.parts[0].isCluster ? null : model.ns.get(first[0].ns[kind]);
		return el('span', { role: 'gridcell', class: 'cell many ' + state + (ns?.label ? ' hue' + ns.hue : ''),
			'data-kind': kind, 'aria-label': kind + ': ' + STATE_WORDS[state] },
		el('i', null, state === 'shared' ? ns?.label ?? '' : state === 'host' ? 'host' : ''));
	});
}

function sharedKinds(model, cluster) {
	return KINDS.filter((kind) => {
		const inos = cluster.members.map((t) => t.ns[kind]);
		return cluster.members.length > 1 && inos.every((i) => i === inos[0]) &&
			cluster.members[0].states[kind] === 'shared';
	});
}

function foldTitle(row) {
	const parts = row.parts;
	if (parts[0].isCluster)
		return [el('b', null, parts.length + ' groups alike'), el('small', null,
			clean(namesOf(parts[0].members)) + ' … ' + clean(namesOf(parts[parts.length - 1].members)))];
	return [el('b', null, parts.length + ' alike'), parts[0].paused ? el('small', { class: 'warn' }, 'paused') : null,
		el('small', null, clean(parts[0].name) + ' … ' + clean(parts[parts.length - 1].name))];
}

const sharingMakers = {
	section: (model, row) => el('div', { role: 'row', class: 'row section item', tabindex: -1,
		'aria-level': 1, 'aria-expanded': row.isOpen },
	el('span', { role: 'gridcell', class: 'name' }, foldSign(row.isOpen), el('b', null, row.section.title),
		el('small', null, row.section.about)),
	el('span', { role: 'gridcell', class: 'count' }, String(row.section.rows.length))),
	cluster: (model, row) => el('div', { role: 'row', class: 'row cluster', 'aria-level': 2 },
		el('span', { role: 'gridcell', class: 'name' },
			row.cluster.members.length === 1 ? 'shares with others that are not shown' :
				plural(row.cluster.members.length, 'member'),
			sharedKinds(model, row.cluster).length ?
				' with the same ' + sharedKinds(model, row.cluster).join(', ') : '')),
	fold: (model, row) => el('div', { role: 'row', class: 'row foldrow item', tabindex: -1,
		'aria-level': row.level, 'aria-expanded': row.isOpen },
	el('span', { role: 'gridcell', class: 'name' }, foldSign(row.isOpen), foldTitle(row)),
	foldCells(model, row),
	el('span', { role: 'gridcell', class: 'meta' }, engineTag(row.parts[0].isCluster ?
		row.parts[0].members[0] : row.parts[0]))),
	thing: (model, row) => el('div', { role: 'row', class: 'row thing item', tabindex: -1,
		'aria-level': row.level, 'data-thing': row.thing.key },
	el('span', { role: 'rowheader', class: 'name' }, el('b', null, clean(row.thing.name)),
		row.thing.paused ? el('small', { class: 'warn' }, 'paused') : null,
		el('small', null, clean(row.thing.image ?? row.thing.command ?? ''))),
	KINDS.map((kind, i) => stateCell(model, row.thing, kind, row.joins[i])),
	el('span', { role: 'gridcell', class: 'meta' }, engineTag(row.thing),
		row.thing.user ? el('span', { class: 'user' }, clean(row.thing.user)) : null)),
};

function sharingSig(model, row) {
	if (row.type === 'thing')
		return JSON.stringify([row.thing.name, row.thing.image, row.thing.command, row.thing.paused,
			row.thing.user, lookOf(model, row.thing), row.thing.ns, row.joins]);
	if (row.type === 'section')
		return row.isOpen + ' ' + row.section.rows.length;
	const parts = row.parts ?? [row.cluster];
	return row.isOpen + JSON.stringify(parts.map((p) => p.isCluster || p.members ?
		p.members.map((m) => m.name) : p.name));
}

function viewSharing(model, things, ui) {
	const rows = sharingRows(model, things, ui);
	if (!rows.length)
		return [empty('Nothing is like that.')];
	const grid = {
		key: 'grid', sig: 'grid',
		make: () => el('div', { class: 'matrix', role: 'treegrid', 'aria-label': 'who shares which namespaces' }),
		fill: (parent) => sync(parent, [{ key: 'head', sig: 'head', make: () => el('div', { role: 'row', class: 'row head' },
			el('span', { role: 'columnheader', class: 'name' }, 'Name'),
			KINDS.map((k) => el('span', { role: 'columnheader', class: 'kind', title: KIND_MEANS[k] }, el('i', null, k))),
			el('span', { role: 'columnheader', class: 'meta' }, 'Engine and user')) },
		...rows.map((row) => ({ key: row.key, sig: sharingSig(model, row),
			make: () => sharingMakers[row.type](model, row) }))]),
	};
	const sign = (look, text, meaning) => el('span', null,
		el('span', { class: 'cell ' + look }, el('i', null, text)), meaning);
	const signs = {
		key: 'signs', sig: 'signs',
		make: () => el('p', { class: 'legend' }, sign('own', '', 'its own'),
			sign('host', 'host', 'the machine\u2019s'),
			sign('shared', 'A', 'in common to all with that letter')),
	};
	return [signs, grid];
}
