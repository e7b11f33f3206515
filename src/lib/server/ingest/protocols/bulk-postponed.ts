import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { codingsOf, limit, type Unread } from '../body.ts';
import { Actions, hasDocument } from './bulk-actions.ts';
import { respond } from './bulk-answer.ts';
import * as items from './bulk-items.ts';
import { Malformed } from './malformed.ts';
import type { Asked, Postponed, Refused } from './protocol.ts';

/** Requests of more actions than these are refused plainly: the answer would be large, when there is no room. */
const mostActions = 50_000;
/** The longest action that is read, in bytes. */
const mostActionBytes = 16 * 1024;
/** What is decompressed at once, in bytes. */
const chunkSize = 256 * 1024;

/**
 * Elastic's own clients give up at 429, but send an item again that is answered so: then the answer is 200, and 429 for each. For that
 * the body is looked through, of which nothing is kept.
 */
export async function postpone({ detail }: Refused, asked: Asked, sent: Postponed): Promise<Response | null> {
	if (!asked.headers.has('x-elastic-client-meta')) return null;
	const told = 'told' in sent ? (sent.told as items.Items) : await actionsOf(sent.unread);
	if (told === null || told.count === 0 || told.count > mostActions) return null;
	const error = { type: 'es_rejected_execution_exception', reason: detail };
	return respond(asked, told, () => ({ status: 429, error }), true);
}

/** The actions of a body; null if it is not what it should be, or ends early. */
async function actionsOf({ stream, encoding }: Unread): Promise<items.Items | null> {
	const codings = codingsOf(encoding);
	if (stream === null || codings.length > 1 || (codings[0] ?? 'gzip') !== 'gzip') return null;
	const found = items.noItems();
	const scan = new Scan(found);
	const read = async (source: AsyncIterable<Uint8Array>) => {
		for await (const chunk of source) scan.take(chunk);
		scan.end();
	};
	try {
		const source = Readable.from(stream);
		await (codings.length === 0 ? read(source) : pipeline(source, createGunzip({ chunkSize }), read));
		return found;
	} catch (error) {
		// Its sender went away, or the body is broken: it is refused anyway, plainly then.
		if (error instanceof Error) return null;
		throw error;
	}
}

/** Goes through a bulk request and keeps nothing but its actions. */
class Scan {
	readonly #found: items.Items;
	readonly #actions = new Actions();
	#bytes = 0;
	#lines = 0;
	/** The action that is begun. */
	#begun: Uint8Array[] = [];
	#begunBytes = 0;
	#isInDocument = false;
	#isBlank = true;

	constructor(found: items.Items) {
		this.#found = found;
	}

	take(chunk: Uint8Array): void {
		this.#bytes += chunk.length;
		if (this.#bytes > limit) throw new Malformed('too large');
		for (let from = 0; from < chunk.length;) {
			const feed = chunk.indexOf(0x0a, from);
			this.#add(chunk.subarray(from, feed === -1 ? chunk.length : feed));
			if (feed === -1) return;
			this.end();
			from = feed + 1;
		}
	}

	#add(part: Uint8Array): void {
		this.#isBlank &&= isBlank(part);
		if (this.#isInDocument || this.#isBlank) return;
		this.#begunBytes += part.length;
		if (this.#begunBytes > mostActionBytes) throw new Malformed('an action is too long');
		this.#begun.push(part);
	}

	/** A line is over; those that are blank do not count. */
	end(): void {
		if (this.#isBlank) return;
		this.#isBlank = true;
		this.#lines += 1;
		if (this.#isInDocument) {
			this.#isInDocument = false;
			return;
		}
		const source = Buffer.concat(this.#begun).toString('utf8').trim();
		this.#begun = [];
		this.#begunBytes = 0;
		const action = this.#actions.read(source, this.#lines);
		if (this.#found.count > mostActions) throw new Malformed('too many actions');
		items.add(this.#found, action.operation);
		this.#isInDocument = hasDocument(action);
	}
}

/** Only of characters that JSON takes for blank, and others that cannot begin it. */
function isBlank(bytes: Uint8Array): boolean {
	for (let at = 0; at < bytes.length; at += 1) if (bytes[at]! > 0x20) return false;
	return true;
}
