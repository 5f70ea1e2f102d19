// SPDX-License-Identifier: Apache-2.0
// draw.js - making elements. A stranger's text is only ever a text node or an
// attribute, never markup.

function el(tag, attributes, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes ?? {}))
		// aria-expanded is "false", tabindex may be 0: only nothing is left out.
		if (value !== undefined && value !== null)
			element.setAttribute(name, String(value));
	element.append(...children.flat(9).filter((c) => c !== undefined && c !== null && c !== false));
	return element;
}

// Control characters must not reorder or hide what is around them.
const clean = (text) => String(text ?? '').replace(
	/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '?');

/*
 * Rows that stayed the same stay the same elements: the focus, the place and
 * what is under the mouse are kept when a new map comes.
 * items: { key, sig, make() }
 */
function sync(parent, items) {
	const old = new Map();
	for (const child of parent.children)
		old.set(child.dataset.key, child);
	let at = parent.firstElementChild;
	for (const item of items) {
		let element = old.get(item.key);
		if (element)
			old.delete(item.key);
		if (!element || element.signature !== item.sig) {
			const made = item.make();
			made.dataset.key = item.key;
			made.signature = item.sig;
			if (element) {
				const focused = element.contains(document.activeElement);
				if (at === element)
					at = made;
				element.replaceWith(made);
				if (focused)
					made.focus({ preventScroll: true });
			}
			element = made;
		}
		if (element === at)
			at = at.nextElementSibling;
		else
			parent.insertBefore(element, at);
	}
	for (const element of old.values())
		element.remove();
}

// The letter and colour of a shared namespace.
function badge(ns) {
	if (!ns?.label)
		return null;
	return el('span', { class: 'badge hue' + ns.hue, 'data-ns': ns.ns,
		title: ns.kind + ' namespace ' + ns.label + ', in common' }, ns.label);
}

const engineTag = (thing) => el('span', { class: 'tag' },
	clean(thing.engine ?? (thing.kind === 'container' ? '?' : thing.kind)));

// A heading that folds what is below it.
const foldSign = (isOpen) => el('span', { class: 'fold', 'aria-hidden': 'true' }, isOpen ? '▾' : '▸');

function empty(text) {
	return { key: 'empty', sig: text, make: () => el('p', { class: 'empty' }, text) };
}
