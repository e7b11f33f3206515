import * as json from '../json.ts';
import { parse } from './lines.ts';
import { Malformed } from './malformed.ts';

/** What an action does, in the order of their numbers (bulk-items.ts). */
export const operations = ['create', 'index', 'update', 'delete'] as const;
export type Operation = (typeof operations)[number];

/** The line of a bulk request that says what the next line is. */
export interface Action {
	operation: Operation;
	/** Where the document is to go; null if the address of the request says so. */
	index: string | null;
	id: string | null;
}

/** What follows a line that is an action: `delete` stands alone. */
export const hasDocument = ({ operation }: Pick<Action, 'operation'>) => operation !== 'delete';

/**
 * Reads actions, `line` being the number of the line. Most lines say the same as the one before. winston-elasticsearch has a field
 * of its own beside the operation.
 * @throws Malformed
 */
export class Actions {
	#source = '';
	#last: Action | null = null;

	read(source: string, line: number): Action {
		if (this.#last !== null && source === this.#source) return this.#last;
		this.#source = source;
		return (this.#last = actionOf(parse(source)) ?? fail(line));
	}
}

function actionOf(value: unknown): Action | null {
	if (!isObject(value)) return null;
	const operation = operations.find((name) => Object.hasOwn(value, name));
	if (operation === undefined) return null;
	const target = value[operation] ?? {};
	if (!isObject(target)) return null;
	return { operation, index: textOf(target._index), id: textOf(target._id) };
}

function fail(line: number): never {
	throw new Malformed(`line ${line} is not an action: send {"create":{}} before each line`);
}

function textOf(value: unknown): string | null {
	if (typeof value === 'string') return value === '' ? null : json.text(value);
	return typeof value === 'number' ? String(value) : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
