// SPDX-License-Identifier: Apache-2.0
// network.js - how network namespaces are wired: bridges as bars, cables to the
// plugs of those that hang on them, doors where a port is published

const FEW = 24; // hang on a bar before the rest is folded

const isPrivateLoop = (device) => device.type === 'loopback' || device.name === 'lo';
const addressesOf = (device) => (device.addresses ?? '').split(', ').filter(Boolean);

// What each device is for: a bar, a cable to one, a cable to another end, a plug.
function wiring(model) {
	const hubs = new Map(), cables = [], plugs = [], wired = new Set();
	const at = (ns, index) => model.devices.get(ns + '/' + index);
	const hub = (device) => {
		if (!hubs.has(device.key))
			hubs.set(device.key, { key: 'h' + device.key, device, leaves: [], sides: [] });
		return hubs.get(device.key);
	};
	for (const device of model.devices.values())
		if (device.type === 'bridge')
			hub(device);
	for (const device of model.devices.values()) {
		if (isPrivateLoop(device) || device.type === 'bridge')
			continue;
		const peer = device.peer_ns && device.peer ? at(device.peer_ns, device.peer) : undefined;
		const master = device.master ? at(device.ns, device.master) : undefined;
		if (master) {
			// The end of a cable whose other end is drawn; or a plug on the bar.
			if (!peer)
				hub(master).sides.push(device);
		} else if (peer?.master && at(peer.ns, peer.master)) {
			hub(at(peer.ns, peer.master)).leaves.push({ device, via: peer });
			wired.add(device.ns);
		} else if (peer && device.type === 'veth') {
			wired.add(device.ns).add(peer.ns);
			const isNear = model.ns.get(device.ns)?.initial ||
				(!model.ns.get(peer.ns)?.initial && device.key < peer.key);
			if (isNear || peer.peer !== device.index)
				cables.push({ key: 'c' + device.key, near: device, far: peer });
		} else if (peer) {
			hub(peer).leaves.push({ device });
			wired.add(device.ns);
		} else {
			plugs.push(device);
			wired.add(device.ns);
		}
	}
	return { hubs: [...hubs.values()], cables, plugs, wired };
}

const portText = (port) => (port.address && port.address !== '0.0.0.0' && port.address !== '::' ?
	port.address + ':' : '') + port.host_port + ' → ' + port.port + '/' + port.protocol;

const door = (port) => el('span', { class: 'door', title: 'published by ' + clean(port.published_by ?? 'the kernel') },
	clean(portText(port)));

const plug = (device) => el('span', { class: 'plug' + (device.up ? '' : ' down'), 'data-device': device.key },
	el('i', { 'aria-hidden': 'true' }), el('b', null, clean(device.name)),
	device.type && device.type !== 'veth' ? el('small', null, clean(device.type)) : null,
	device.up ? null : el('small', { class: 'warn' }, 'down'),
	addressesOf(device).map((a) => el('code', null, clean(a))));

// Cards are of namespaces: whoever is in one is named on it.
function nsCard(model, ns, devices, extra) {
	return el('div', { class: 'card item' + (ns.label ? ' shared hue' + ns.hue : '') + (ns.initial ? ' host' : ''),
		tabindex: -1, role: 'listitem', 'data-ns': ns.ns },
	el('div', { class: 'title' }, badge(ns), el('b', null, clean(ns.initial || ns.name || !ns.members.length ? nsTitle(model, ns) : ns.members[0].name)),
		ns.members.length > 1 && !ns.initial ? el('small', null, 'with ' + clean(ns.members.slice(1, 4).map((m) => m.name).join(', ') +
			(ns.members.length > 4 ? ' …' : ''))) : null),
	devices.map(plug),
	ns.ports.length ? el('div', { class: 'doors' }, ns.ports.slice(0, 6).map(door),
		ns.ports.length > 6 ? el('small', null, '+' + (ns.ports.length - 6)) : null) : null,
	extra);
}

const nsSig = (model, ns) => [nsTitle(model, ns), ns.label, ns.members.map((m) => m.name), ns.ports];

function hubItem(model, hub, shown, ui) {
	const leaves = hub.leaves.filter((l) => shown(l.device.ns));
	// Those with a door to the outside come first.
	leaves.sort((a, b) => model.ns.get(b.device.ns).ports.length - model.ns.get(a.device.ns).ports.length ||
		collator.compare(nsTitle(model, model.ns.get(a.device.ns)), nsTitle(model, model.ns.get(b.device.ns))));
	const isOpen = ui.isOpen(hub.key, false) || leaves.length <= FEW + 4;
	const list = isOpen ? leaves : leaves.slice(0, FEW);
	const ns = model.ns.get(hub.device.ns);
	const head = { key: 'bar', sig: JSON.stringify([hub.device, hub.leaves.length, leaves.length, hub.sides, nsTitle(model, ns)]),
		make: () => el('div', { class: 'bar item', tabindex: -1, role: 'listitem', 'data-device': hub.device.key },
			el('b', null, clean(hub.device.name)), el('small', null, clean(hub.device.type || 'device')),
			addressesOf(hub.device).map((a) => el('code', null, clean(a))),
			hub.sides.map((d) => el('span', { class: 'side' }, 'and ' + clean(d.name))),
			el('span', { class: 'where' }, 'in ' + clean(nsTitle(model, ns)) + ' · ' +
				plural(hub.leaves.length, 'cable') +
				(leaves.length < hub.leaves.length ? ', ' + leaves.length + ' shown' : ''))) };
	return { key: hub.key, sig: 'hub',
		make: () => el('section', { class: 'hub', role: 'list' }),
		fill: (parent) => sync(parent, [head, { key: 'leaves', sig: 'leaves',
			make: () => el('div', { class: 'leaves' }) }]) ||
			sync(parent.lastElementChild, [...list.map((leaf) => {
				const leafNs = model.ns.get(leaf.device.ns);
				return { key: 'l' + leaf.device.key,
					sig: JSON.stringify([leaf.device, leaf.via?.name, nsSig(model, leafNs)]),
					make: () => nsCard(model, leafNs, [leaf.device]) };
			}), ...(list.length < leaves.length || (leaves.length > FEW + 4) ? [{
				key: 'more', sig: String(leaves.length - list.length),
				make: () => el('button', { type: 'button', class: 'more item', tabindex: -1, 'data-open': hub.key },
					isOpen ? 'fewer' : leaves.length - list.length + ' more'),
			}] : [])]) };
}

const heading = (key, title, about) => ({ key, sig: title + about,
	make: () => el('h2', null, title, ' ', el('small', null, about)) });

const cards = (key, items) => ({ key, sig: 'cards',
	make: () => el('div', { class: 'cards', role: 'list' }), fill: (parent) => sync(parent, items) });

function outsideItems(model, wires, shown) {
	const host = [...model.ns.values()].find((n) => n.kind === 'net' && n.initial);
	const plugs = wires.plugs.filter((d) => host && d.ns === host.ns);
	const ports = model.ports.filter((p) => shown(p.ns));
	if (!host)
		return [];
	const leads = (port) => model.ns.get(port.ns);
	return [{ key: 'outside', sig: JSON.stringify([plugs, ports.map((p) => [p, leads(p) && nsTitle(model, leads(p))]), model.machine]),
		make: () => el('section', { class: 'outside', role: 'list', 'aria-label': 'the host and the outside' },
			el('div', { class: 'card host item', tabindex: -1, role: 'listitem', 'data-ns': host.ns },
				el('div', { class: 'title' }, el('b', null, clean(model.machine || 'the host')),
					el('small', null, 'the host’s network, ' + plural(host.members.length, 'thing') + ' in it')),
				el('div', { class: 'plugs' }, plugs.map(plug))),
			ports.length ? el('ul', { class: 'doorlist', 'aria-label': 'published ports' },
				ports.map((p) => el('li', { 'data-ns': p.ns }, door(p),
					el('span', { class: 'to' }, leads(p) ? clean(nsTitle(model, leads(p))) : 'somewhere else'),
					p.published_by ? el('small', null, clean(p.published_by)) : null))) : null) }];
}

function viewNetwork(model, things, ui) {
	const inos = new Set(things.map((t) => t.ns.net));
	const shown = (ino) => !ui.filtered || inos.has(ino);
	const wires = wiring(model);
	const items = outsideItems(model, wires, shown);
	const hubs = wires.hubs.filter((h) => !ui.filtered || h.leaves.some((l) => shown(l.device.ns)));
	hubs.sort((a, b) => b.leaves.length - a.leaves.length);
	if (hubs.length)
		items.push(heading('t1', 'Bridges', 'a bar, and who is plugged into it'));
	for (const hub of hubs)
		items.push(hubItem(model, hub, shown, ui));
	const cables = wires.cables.filter((c) => shown(c.far.ns) || (shown(c.near.ns) && !model.ns.get(c.near.ns)?.initial));
	if (cables.length)
		items.push(heading('t2', 'Cables', 'from one namespace straight to another'),
			cards('cables', cables.map((c) => {
				const near = model.ns.get(c.near.ns), far = model.ns.get(c.far.ns);
				return { key: c.key, sig: JSON.stringify([c.near, c.far, nsSig(model, near), nsSig(model, far)]),
					make: () => el('div', { class: 'cable', role: 'listitem' },
						nsCard(model, { ...near, ports: [] }, [c.near]), el('span', { class: 'wire', 'aria-hidden': 'true' }),
						nsCard(model, far, [c.far])) };
			})));
	const loose = [...groupBy(wires.plugs.filter((d) => !model.ns.get(d.ns)?.initial && shown(d.ns)), (d) => d.ns)];
	if (loose.length)
		items.push(heading('t3', 'By other ways', 'a program or a device of their own carries it'),
			cards('loose', loose.map(([ino, devices]) => {
				const ns = model.ns.get(ino);
				return { key: 'o' + ino, sig: JSON.stringify([devices, nsSig(model, ns)]),
					make: () => nsCard(model, ns, devices) };
			})));
	const alone = [...model.ns.values()].filter((n) => n.kind === 'net' && !n.initial &&
		!wires.wired.has(n.ns) && shown(n.ns));
	if (alone.length)
		items.push(heading('t4', 'Without a cable', plural(alone.length, 'namespace') + ' with no way out'),
			cards('alone', alone.map((ns) => ({ key: 'a' + ns.ns, sig: JSON.stringify(nsSig(model, ns)),
				make: () => nsCard(model, ns, []) }))));
	return items.length ? items : [empty('No network is like that.')];
}
