import { createHash, type Hash } from 'node:crypto';
import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as text from '../text.ts';
import { Actions, hasDocument, type Action } from './bulk-actions.ts';
import { respond, refuse } from './bulk-answer.ts';
import { decoded, serviceOf } from './bulk-index.ts';
import * as items from './bulk-items.ts';
import { postpone } from './bulk-postponed.ts';
import * as rsyslog from './bulk-rsyslog.ts';
import { fallbackOf, type Decoded, type Sending } from './decoded.ts';
import { linesOf, parse } from './lines.ts';
import type { Protocol } from './protocol.ts';

type Fields = Record<string, unknown>;

/** What the answer says, and what tells a repeat; null if nothing does. */
export interface Told extends items.Items {
	repeatKey: string | null;
}

/** Decodes a bulk request: an action in each line, after it a document. */
export function decode(sending: Sending): Decoded {
	const told: Told = { ...items.noItems(), repeatKey: null };
	return { items: read(sending, told), told };
}

function* read(sending: Sending, told: Told): Generator<NewEntry | string> {
	const lines = linesOf(text.read(sending.bytes, sending.contentType));
	const actions = new Actions();
	const documents = new Documents(sending);
	const ids = new Ids(documents.ofPath);
	let number = 0;
	for (let next = lines.next(); !next.done; next = lines.next()) {
		const action = actions.read(next.value, ++number);
		const document = hasDocument(action) ? lines.next() : null;
		number += 1;
		const item = document ? documents.read(action, document.done ? null : document.value) : nothingDeleted;
		ids.note(action);
		items.add(told, action.operation, typeof item === 'string' ? item : null);
		yield item;
	}
	told.repeatKey = ids.key();
}

const nothingDeleted = 'lines cannot be deleted by a request';
const missing = 'there is no document after this action';

/** Makes entries of documents. An index or a dataset is a service only if nothing else says which one it is. */
class Documents {
	readonly #sending: Sending;
	readonly #fallback: repair.Fallback;
	/** The index in the address of the request. */
	readonly ofPath: string | null;
	#service = '';
	#withService: repair.Fallback;

	constructor(sending: Sending) {
		this.#sending = sending;
		this.#fallback = this.#withService = fallbackOf(sending);
		this.ofPath = sending.parameters.index === undefined ? null : decoded(sending.parameters.index);
	}

	read({ operation, index }: Action, source: string | null): NewEntry | string {
		if (source === null) return missing;
		const value = parse(source);
		if (value instanceof SyntaxError) return `not JSON: ${value.message}`;
		const document = operation === 'update' ? contentOf(value) : value;
		const target = index ?? this.ofPath;
		const fallback = this.#fallbackFor(document, target);
		if (isObject(document)) rsyslog.rename(document);
		// An object without a field is no entry; with this one it would be.
		if (target !== null && isObject(document) && Object.keys(document).length > 0)
			bounds.add(document, '_index', target);
		return repair.entry(document, fallback, this.#sending.now);
	}

	#fallbackFor(document: unknown, index: string | null): repair.Fallback {
		if (this.#fallback.service !== '') return this.#fallback;
		const service = datasetOf(document) ?? (index === null ? '' : serviceOf(index));
		if (service !== this.#service) {
			this.#service = service;
			this.#withService = { ...this.#fallback, service };
		}
		return this.#withService;
	}
}

/** What an update changes, or the document that it makes if there is none. */
function contentOf(update: unknown): unknown {
	return isObject(update) ? (update.doc ?? update.upsert ?? null) : update;
}

function datasetOf(document: unknown): string | null {
	if (!isObject(document)) return null;
	const { data_stream: stream } = document;
	const dataset = isObject(stream) ? stream.dataset : document['data_stream.dataset'];
	return typeof dataset === 'string' && dataset !== '' ? json.text(dataset) : null;
}

/** Elasticsearch creates a document of an id only once: a request in which each has one is a repeat if they are the same. */
class Ids {
	readonly #ofPath: string | null;
	#hash: Hash | null = null;
	#hasAll = true;

	constructor(ofPath: string | null) {
		this.#ofPath = ofPath;
	}

	note({ operation, index, id }: Action): void {
		this.#hasAll &&= operation === 'create' && id !== null;
		if (!this.#hasAll) return;
		this.#hash ??= createHash('sha256');
		this.#hash.update(`${JSON.stringify([index ?? this.#ofPath, id])}\n`);
	}

	key(): string | null {
		return this.#hasAll && this.#hash ? `bulk ${this.#hash.digest('base64url')}` : null;
	}
}

function isObject(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Elasticsearch's bulk API. */
export const bulk: Protocol = {
	format: 'bulk',
	repeatKeyOf: (told) => (told as Told).repeatKey,
	answer: (_result, asked, told) => respond(asked, told as Told),
	refuse,
	postpone
};
