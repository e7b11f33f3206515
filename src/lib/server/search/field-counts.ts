import * as attributes from '../../log/attributes.ts';
import { ofAttribute } from '../../log/field-names.ts';
import { levelOf } from '../../log/entry.ts';
import * as digits from '../../log/digits.ts';
import type { ChunkLine } from '../logs/chunks/line.ts';
import type { Values } from './job.ts';

/** Bounds for what senders name as they like: fields, values of a field, and characters of a value. */
const mostFields = 200;
const mostValues = 1_000;
/** Levels, services and hosts are counted exactly: with names of full length, these are 15 MB. */
const mostNames = 50_000;
const mostLength = 200;
/** Deeper attributes are rarely looked for by value. */
const mostDepth = 8;

/** Counts the values of fields: those of the line itself, and attributes by their dotted path. */
export class FieldCounts {
	readonly values: Values = new Map();

	add(line: ChunkLine): void {
		this.#count('level', levelOf(line.severity));
		this.#count('service', line.service);
		if (line.host !== null) this.#count('host', line.host);
		if (line.attributes !== '{}') this.#walk(null, digits.parse(line.attributes), mostDepth);
	}

	/** `path` is null for all attributes. */
	#walk(path: string | null, value: unknown, depth: number): void {
		const text = attributes.textOf(value);
		if (path !== null && text !== null) return this.#count(ofAttribute(path), text);
		if (depth === 0 || Array.isArray(value) || typeof value !== 'object' || value === null) return;
		for (const [key, inner] of Object.entries(value)) {
			this.#walk(path === null ? key : `${path}.${key}`, inner, depth - 1);
		}
	}

	#count(field: string, value: string): void {
		if (value.length > mostLength || value === '') return;
		if (this.values.size < mostFields || this.values.has(field)) count(this.values, field, value);
	}
}

/** Counts a value of a field, `lines` times. Of a field with very many values the first are counted. */
export function count(fields: Values, field: string, value: string, lines = 1): void {
	let values = fields.get(field);
	if (!values) fields.set(field, (values = new Map()));
	if (values.size < mostOf(field) || values.has(value)) values.set(value, (values.get(value) ?? 0) + lines);
}

/** Whether no value of a field was left out because there were too many. */
export const isWhole = (field: string, values: ReadonlyMap<string, number>) => values.size < mostOf(field);

const mostOf = (field: string) =>
	field === 'level' || field === 'service' || field === 'host' ? mostNames : mostValues;
