// SPDX-License-Identifier: Apache-2.0
// page.js - the page as a whole: what is looked for, what is open, keys, light,
// and a new map when the program sends one

const $ = (id) => document.getElementById(id);
const VIEWS = { sharing: viewSharing, network: viewNetwork, cgroups: viewCgroups, ids: viewIds };

const state = { tab: 'sharing', words: [], engine: '', kind: '', user: '', folds: new Map(),
	pinned: null, hover: null, printing: false };
let model;

// ---- what is shown ----

function matches(thing) {
	if (state.engine && (thing.engine ?? thing.kind) !== state.engine)
		return false;
	if (state.user && thing.user !== state.user)
		return false;
	if (state.kind) {
		const [how, kind] = state.kind.split(' ');
		if (thing.states[kind] !== how)
			return false;
	}
	return state.words.every((word) => thing.text.includes(word));
}

function ui(things) {
	const filtered = !!(state.words.length || state.engine || state.kind || state.user);
	return { filtered,
		// What was looked for is not folded away again.
		unfold: (filtered && things.length <= 60) || (state.printing && things.length <= 60),
		isOpen: (key, usual) => state.folds.get(state.tab + key) ?? usual };
}

function render(parent, tab) {
	const things = model.things.filter(matches);
	const items = VIEWS[tab](model, things, ui(things));
	sync(parent, items);
	items.forEach((item, i) => item.fill?.(parent.children[i]));
	return things.length;
}

function draw() {
	const view = $('view');
	if (view.dataset.tab !== state.tab) {
		view.replaceChildren();
		view.dataset.tab = state.tab;
	}
	const count = render(view, state.tab);
	const filtered = count < model.things.length || state.words.length;
	$('found').textContent = filtered ? count + ' of ' + plural(model.things.length, 'thing') + ' shown' : '';
	$('clear').hidden = !(state.words.length || state.engine || state.kind || state.user);
	for (const tab of document.querySelectorAll('[role=tab]')) {
		tab.setAttribute('aria-selected', tab.dataset.tab === state.tab);
		tab.tabIndex = tab.dataset.tab === state.tab ? 0 : -1;
	}
	view.setAttribute('aria-labelledby', 'tab-' + state.tab);
	rove();
	light();
	drawDetails();
}

function drawHead() {
	const count = (kind) => model.things.filter((t) => t.kind === kind).length;
	const parts = [plural(count('container'), 'container'), plural(count('unit'), 'unit'),
		plural(model.ns.size, 'namespace')];
	if (model.hidden)
		parts.push(plural(model.hidden, 'process') + ' hidden');
	$('machine').textContent = clean(model.machine);
	$('counts').textContent = parts.join(' · ');
	document.title = 'kist map' + (model.machine ? ' of ' + clean(model.machine) : '');
	const options = (select, chosen, list) => sync(select, list.map(([value, text]) => ({ key: 'o' + value, sig: text,
		make: () => el('option', { value }, text) }))) || (select.value = chosen);
	const counted = (keyOf) => [...groupBy(model.things.filter(keyOf), keyOf)]
		.sort((a, b) => b[1].length - a[1].length).map(([word, all]) => [word, clean(word) + ' (' + all.length + ')']);
	options($('f-engine'), state.engine, [['', 'any engine'], ...counted((t) => t.engine ?? t.kind)]);
	options($('f-user'), state.user, [['', 'any user'], ...counted((t) => t.user)]);
	options($('f-kind'), state.kind, [['', 'sharing or not'],
		...KINDS.map((k) => ['shared ' + k, 'shares ' + k]), ...KINDS.map((k) => ['host ' + k, 'in the host’s ' + k]),
		...KINDS.map((k) => ['own ' + k, 'own ' + k])]);
}

// ---- details, and what belongs together ----

function subjectOf(element) {
	const inner = element?.closest('[data-ns]');
	const row = element?.closest('[data-thing], [data-group], [data-device]');
	if (inner && !(row && inner.contains(row) && row !== inner))
		return { ns: Number(inner.dataset.ns), thing: row?.dataset.thing };
	if (!row)
		return null;
	if (row.dataset.thing)
		return { thing: row.dataset.thing };
	return row.dataset.group ? { group: Number(row.dataset.group) } : { device: row.dataset.device };
}

function drawDetails() {
	const about = state.pinned ?? state.hover;
	const box = $('details');
	const thing = about?.thing && model.things.find((t) => t.key === about.thing);
	const ns = about?.ns && model.ns.get(about.ns);
	const device = about?.device && [...model.devices.values()].find((d) => d.key === about.device);
	let parts = null;
	if (ns)
		parts = nsDetails(model, ns);
	else if (thing)
		parts = thingDetails(model, thing);
	else if (device)
		parts = deviceDetails(model, device);
	else if (about?.group !== undefined && model.cgroups[about.group])
		parts = groupDetails(model, about.group);
	box.classList.toggle('open', !!parts);
	box.classList.toggle('pinned', !!state.pinned);
	box.replaceChildren(...(parts ? [state.pinned ? el('button', { type: 'button', class: 'let-go', 'aria-label': 'close' }, '×') : '', parts].flat(9).filter(Boolean) :
		[el('p', { class: 'empty' }, 'Point at something, or go to it with the arrow keys: what is known of it stands here. Enter keeps it.')]));
}

// What shares with the subject is bright, the rest steps back.
function light() {
	const about = state.hover ?? state.pinned;
	const view = $('view');
	for (const e of view.querySelectorAll('.hit, .mate'))
		e.classList.remove('hit', 'mate');
	const thing = about && !about.ns && model.things.find((t) => t.key === about.thing);
	const inos = about?.ns ? [about.ns] : thing ? KINDS.filter((k) => thing.states[k] === 'shared').map((k) => thing.ns[k]) : [];
	const shared = inos.filter((i) => (model.ns.get(i)?.members.length ?? 0) > 1 && !model.ns.get(i).initial);
	view.classList.toggle('lit', shared.length > 0);
	for (const ino of shared)
		for (const e of view.querySelectorAll('[data-ns="' + ino + '"]')) {
			e.classList.add('hit');
			e.closest('.row')?.classList.add('mate');
		}
}

function point(about) {
	if (JSON.stringify(about) === JSON.stringify(state.hover))
		return;
	state.hover = about;
	light();
	if (!state.pinned)
		drawDetails();
}

function pin(about) {
	state.pinned = JSON.stringify(about) === JSON.stringify(state.pinned) ? null : about;
	for (const e of document.querySelectorAll('.held'))
		e.classList.remove('held');
	light();
	drawDetails();
}

// ---- acting ----

function toggle(item, want) {
	const key = item.dataset.open ?? item.dataset.key;
	const isOpen = item.getAttribute('aria-expanded') === 'true';
	if (item.dataset.open)
		state.folds.set(state.tab + key, !(state.folds.get(state.tab + key) ?? false));
	else if (!item.hasAttribute('aria-expanded') || want === isOpen)
		return false;
	else
		state.folds.set(state.tab + key, !isOpen);
	draw();
	[...$('view').querySelectorAll('.item')].find((e) => (e.dataset.open ?? e.dataset.key) === key)?.focus();
	return true;
}

function act(element) {
	const item = element.closest('.item');
	if (item && (item.dataset.open || (item.hasAttribute('aria-expanded') && !item.dataset.group)) && toggle(item))
		return;
	if (item?.dataset.group && element.closest('.fold') && toggle(item))
		return;
	const about = subjectOf(element);
	if (about)
		pin(about);
}

function choose(tab) {
	if (!VIEWS[tab] || tab === state.tab)
		return;
	state.tab = tab;
	state.hover = null;
	history.replaceState(null, '', location.pathname + location.search + '#' + tab);
	draw();
	scrollTo(0, 0);
}

function readFilters() {
	state.words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
	state.engine = $('f-engine').value;
	state.kind = $('f-kind').value;
	state.user = $('f-user').value;
	draw();
}

function clearFilters() {
	$('filters').reset();
	readFilters();
}

const themes = ['', 'light', 'dark'];
function setTheme(name) {
	if (name)
		document.documentElement.dataset.theme = name;
	else
		delete document.documentElement.dataset.theme;
	$('theme').textContent = { '': '◐ auto', light: '○ light', dark: '● dark' }[name];
	$('theme').setAttribute('aria-label', 'colours: ' + (name || 'as the system has them'));
	try {
		localStorage.setItem('kist-map-theme', name);
	} catch {
		// A file may have no storage; the choice is then for this time.
	}
}

function nextTheme() {
	setTheme(themes[(themes.indexOf(document.documentElement.dataset.theme ?? '') + 1) % themes.length]);
}

// ---- keys ----

// One item is reached by Tab, the others from it by arrows.
function rove() {
	const items = $('view').querySelectorAll('.item');
	const at = document.activeElement?.closest?.('#view .item') ?? items[0];
	for (const item of $('view').querySelectorAll('.item[tabindex="0"]'))
		item.tabIndex = -1;
	if (at)
		at.tabIndex = 0;
}

function step(by) {
	const items = [...$('view').querySelectorAll('.item')];
	const at = items.indexOf(document.activeElement);
	const next = by === -Infinity ? 0 : by === Infinity ? items.length - 1 :
		at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.max(0, Math.min(items.length - 1, at + by));
	items[next]?.focus();
	items[next]?.scrollIntoView({ block: 'nearest' });
}

const keys = {
	'/': () => {
		$('search').focus();
		$('search').select();
	},
	'?': () => $('help').showModal(),
	t: nextTheme,
	ArrowDown: () => step(1),
	ArrowUp: () => step(-1),
	Home: () => step(-Infinity),
	End: () => step(Infinity),
	ArrowRight: () => document.activeElement.matches('.item') && !document.activeElement.dataset.open &&
		(toggle(document.activeElement, true) || step(1)),
	ArrowLeft: () => document.activeElement.matches('.item') && !document.activeElement.dataset.open &&
		(toggle(document.activeElement, false) || step(-1)),
	Escape: () => {
		if (state.pinned)
			pin(state.pinned);
		else
			clearFilters();
	},
};
Object.keys(VIEWS).forEach((tab, i) => {
	keys[i + 1] = () => choose(tab);
});

function onKey(event) {
	if (event.ctrlKey || event.metaKey || event.altKey || $('help').open)
		return;
	const target = event.target;
	const isTyping = target.matches('input, select');
	if (isTyping && target.id === 'search' && event.key === 'Escape') {
		if (target.value)
			clearFilters();
		target.blur();
		event.preventDefault();
		return;
	}
	if (isTyping && !(target.id === 'search' && (event.key === 'ArrowDown' || event.key === 'Enter')))
		return;
	if (target.matches('[role=tab]') && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
		const names = Object.keys(VIEWS);
		const by = event.key === 'ArrowRight' ? 1 : names.length - 1;
		choose(names[(names.indexOf(state.tab) + by) % names.length]);
		$('tab-' + state.tab).focus();
		event.preventDefault();
		return;
	}
	if (event.key === 'Enter' && target.id === 'search') {
		step(1);
		event.preventDefault();
		return;
	}
	if ((event.key === 'Enter' || event.key === ' ') && target.matches('.item') && !target.matches('button')) {
		if (!(target.hasAttribute('aria-expanded') && toggle(target)))
			act(target);
		event.preventDefault();
		return;
	}
	if (keys[event.key]) {
		keys[event.key]();
		event.preventDefault();
	}
}

// ---- printing: all four, one below the other ----

function beforePrint() {
	state.printing = true;
	const view = $('view');
	view.dataset.tab = 'all';
	view.replaceChildren(...Object.keys(VIEWS).map((tab) => {
		const part = el('div', { class: 'printed' });
		render(part, tab);
		return el('section', { class: 'sheet' }, el('h2', { class: 'sheet-title' }, $('tab-' + tab).textContent), part);
	}));
}

function afterPrint() {
	state.printing = false;
	draw();
}

// ---- a new map ----

function show(map) {
	model = buildModel(map);
	drawHead();
	draw();
}

function follow() {
	const token = new URLSearchParams(location.search).get('token');
	const say = (text, isLive) => {
		$('live').hidden = false;
		$('live').textContent = text;
		$('live').classList.toggle('on', isLive);
	};
	if (!location.protocol.startsWith('http') || !token)
		return;
	const source = new EventSource('/events?token=' + encodeURIComponent(token));
	source.onopen = () => say('live', true);
	source.onerror = () => say('not connected', false);
	source.onmessage = (event) => {
		say('live', true);
		show(JSON.parse(event.data));
	};
}

function drawSigns() {
	$('signs').replaceChildren(
		el('dt', null, el('span', { class: 'cell shared hue0' }, el('i', null, 'A'))), el('dd', null, 'in common: all rows with this letter have the same one'),
		el('dt', null, el('span', { class: 'cell own' }, el('i'))), el('dd', null, 'its own, nobody else is in it'),
		el('dt', null, el('span', { class: 'cell host' }, el('i', null, 'host'))), el('dd', null, 'the machine’s; in bold where a container lives in it'),
		el('dt', null, el('span', { class: 'cell unknown' }, el('i'))), el('dd', null, 'not known, or not to be seen by you'));
}

document.addEventListener('keydown', onKey);
addEventListener('beforeprint', beforePrint);
addEventListener('afterprint', afterPrint);
addEventListener('hashchange', () => choose(location.hash.slice(1)));
$('view').addEventListener('mouseover', (e) => point(subjectOf(e.target)));
$('view').addEventListener('mouseleave', () => point(null));
$('view').addEventListener('focusin', (e) => {
	rove();
	point(subjectOf(e.target));
});
$('view').addEventListener('click', (e) => act(e.target));
$('details').addEventListener('click', (e) => e.target.matches('.let-go') && pin(state.pinned));
$('filters').addEventListener('input', readFilters);
$('filters').addEventListener('submit', (e) => e.preventDefault());
$('clear').addEventListener('click', clearFilters);
$('theme').addEventListener('click', nextTheme);
$('help-open').addEventListener('click', () => $('help').showModal());
for (const tab of document.querySelectorAll('[role=tab]'))
	tab.addEventListener('click', () => choose(tab.dataset.tab));

let stored = '';
try {
	stored = localStorage.getItem('kist-map-theme') ?? '';
} catch {
	// No storage: as the system has it.
}
setTheme(themes.includes(stored) ? stored : '');
drawSigns();
if (VIEWS[location.hash.slice(1)])
	state.tab = location.hash.slice(1);
show(JSON.parse($('map').textContent));
follow();
