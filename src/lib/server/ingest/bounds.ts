import type { NewEntry } from '../../log/entry.ts';
import * as json from './json.ts';
import * as text from './text.ts';

/** Source of these: API.md, "repair, don't reject". Bytes are UTF-8. */
export const messageBytes = 256 * 1024;
export const attributesBytes = 64 * 1024;
export const attributesDepth = 32;
export const nameLength = 256;

/** An entry whose fields are understood but of any size and content, as a wire format's decoder makes it. */
export interface Parts {
	time: number | null;
	severity: number;
	service: string;
	host: string | null;
	message: string;
	/** Plain data, as from JSON.parse; the entry takes it over and may change it. */
	attributes: Record<string, unknown>;
	trace_id: string | null;
	span_id: string | null;
}

/**
 * An entry that the store can keep: everything within the limits and without U+0000 or lone surrogates.
 * `attributes.truncated_bytes` counts what was cut or dropped. An empty service becomes `default`, other empty names null.
 */
export function fit(parts: Parts): NewEntry {
	const message = text.cutBytes(text.clean(parts.message), messageBytes);
	const kept = json.stringify(parts.attributes);
	if (!fits(parts.attributes, kept)) return fitted(parts, message.text, dropped(kept, message.lost));
	return fitted(parts, message.text, noted(parts.attributes, kept, message.lost));
}

/** The same, but null if the attributes had to be dropped. */
export function fitWhole(parts: Parts): NewEntry | null {
	const kept = json.stringify(parts.attributes);
	if (!fits(parts.attributes, kept)) return null;
	const message = text.cutBytes(text.clean(parts.message), messageBytes);
	return fitted(parts, message.text, noted(parts.attributes, kept, message.lost));
}

function fitted(parts: Parts, message: string, attributes: string): NewEntry {
	return {
		time: parts.time,
		severity: parts.severity,
		service: name(parts.service) ?? 'default',
		host: name(parts.host),
		message,
		attributes,
		trace_id: name(parts.trace_id),
		span_id: name(parts.span_id)
	};
}

function name(value: string | null): string | null {
	return value === null || value === '' ? null : text.cut(text.clean(value), nameLength);
}

/** Whether attributes, which `kept` are as text, are within their limits. */
function fits(attributes: Record<string, unknown>, kept: string): boolean {
	const isLarge = kept.length * 3 > attributesBytes && Buffer.byteLength(kept) > attributesBytes;
	return !isLarge && !json.isDeeper(attributes, attributesDepth);
}

function noted(attributes: Record<string, unknown>, kept: string, lost: number): string {
	if (lost === 0) return kept;
	note(attributes, 'truncated_bytes', lost);
	return json.stringify(attributes);
}

function dropped(attributes: string, lost: number): string {
	return JSON.stringify({ truncated_bytes: Buffer.byteLength(attributes) + lost });
}

/** Puts a value of ours among the sender's; an existing attribute of that name moves to the next free one. */
export function note(attributes: Record<string, unknown>, name: string, value: unknown): void {
	if (Object.hasOwn(attributes, name)) add(attributes, name, attributes[name]);
	attributes[name] = value;
}

/** Adds an attribute; if the name is taken, as `name_2`, `name_3` and so on, so that neither is lost. */
export function add(attributes: Record<string, unknown>, name: string, value: unknown): void {
	let free = name;
	for (let n = 2; Object.hasOwn(attributes, free); n += 1) free = `${name}_${n}`;
	set(attributes, free, value);
}

/** Sets an attribute of any name: assigning to `__proto__` would replace the prototype. */
export function set(attributes: Record<string, unknown>, name: string, value: unknown): void {
	if (name !== '__proto__') attributes[name] = value;
	else
		Object.defineProperty(attributes, name, { value, enumerable: true, writable: true, configurable: true });
}
