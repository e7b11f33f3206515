import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '$server/access/authorize';
import { digest } from '$server/digest';
import { Overloaded } from '$server/ingest/body-stream';
import { Malformed } from '$server/ingest/protocols/malformed';
import type { Asked, Refused, Result, Slice, Streaming } from '$server/ingest/protocols/protocol';
import { ofIngest } from '$server/self-logs';
import type { Asking } from './asking';
import { answered, type Sent } from './answered';
import { through } from './authorized';
import type { Incoming } from './incoming';

/**
 * Takes lines that come as a stream without an end in sight: a slice after the other, each stored before the next is read on. The
 * answer comes after the last one; who is refused has stored all slices before.
 */
export async function takeStream(
	asking: Asking,
	{ protocol, asked, claim, path }: Sent<Streaming>
): Promise<Response> {
	const ended = new AbortController();
	const refuse = (refused: Refused) => protocol.refuse(refused, asked);
	const answer = through(
		{ claim, scope: 'write', path, context: ofIngest, refuse },
		asking,
		(access, incoming) =>
			new Storing(asking, { protocol, asked, access, incoming, refuse, ended: ended.signal }).run()
	);
	const response = await answered(asking, { path, refuse }, answer);
	ended.abort(); // an outage may have answered while it goes on
	return response;
}

interface Authorized {
	protocol: Streaming;
	asked: Asked;
	access: Access;
	incoming: Incoming;
	refuse(refused: Refused): Response;
	/** Aborted once there is an answer. */
	ended: AbortSignal;
}

/** How long a stream waits for the writer's queue before it is refused, in ms: a client would begin again from the start. */
const patienceMs = 10_000;
const lookEveryMs = 100;

class Storing {
	readonly #app: Asking['locals']['app'];
	readonly #sent: Authorized;
	readonly #total: Result = { accepted: 0, rejected: 0 };
	/** Lines to come that an earlier request has stored. */
	#known = 0;

	constructor({ locals }: Asking, sent: Authorized) {
		this.#app = locals.app;
		this.#sent = sent;
	}

	async run(): Promise<Response> {
		const { protocol, asked, incoming, refuse } = this.#sent;
		const stream = await incoming.stream();
		if (!stream.ok) return stream.response;
		try {
			for await (const slice of protocol.slices(stream.chunks)) {
				const refusal = await this.#store(slice);
				if (refusal) return refusal;
				stream.letGo();
			}
		} catch (error) {
			if (error instanceof Overloaded) return refuse(error.refusal);
			if (!(error instanceof Malformed)) throw error;
			const detail = `The body cannot be read: ${error.message}. What came before is stored.`;
			return refuse({ status: 400, detail });
		} finally {
			incoming.tell(this.#total);
		}
		return protocol.answer(this.#total, asked);
	}

	/**
	 * Stores a slice, but for what an earlier request has stored: the answer of the append says how many lines its own slice had that
	 * began with the same line. Returns the refusal, if there is one.
	 */
	async #store(slice: Slice): Promise<Response | null> {
		const count = slice.lines.length;
		let at = Math.min(this.#known, count);
		this.#known -= at;
		while (at < count) {
			const refusal = (await this.#sent.incoming.again()) ?? this.#endedAlready();
			if (refusal) return refusal;
			const stored = await this.#append(slice, at);
			if (stored instanceof Response) return stored;
			this.#known = Math.max(0, at + stored - count);
			at += stored;
		}
		return null;
	}

	#endedAlready(): Response | null {
		const { ended, refuse } = this.#sent;
		return ended.aborted ? refuse({ status: 503, detail: 'The request was given up.' }) : null;
	}

	/** Appends what is left of a slice; returns for how many lines from there on it is certain that they are stored, or the refusal. */
	async #append(slice: Slice, from: number): Promise<number | Response> {
		const { protocol, asked, access, refuse } = this.#sent;
		const { start = 0, id = null } = slice.lines[from] ?? {};
		const full = await this.#whileFull(slice.bytes.length - start);
		if (full) return refuse(full);
		const taken = await this.#app.taking.take({
			org: access.org,
			format: protocol.format,
			bytes: Buffer.from(slice.bytes.subarray(start)), // a copy, which is given away
			contentType: null,
			parameters: asked.parameters,
			headers: {},
			idempotencyKey: id === null ? null : digest(`${protocol.format} ${id}`)
		});
		if (!taken.ok) return refuse(taken.refused);
		const { accepted, rejected, errors } = taken.result;
		this.#total.accepted += accepted;
		this.#total.rejected += rejected;
		if (errors) this.#total.errors ??= errors;
		return accepted + rejected;
	}

	async #whileFull(bytes: number): Promise<Refused | null> {
		for (const until = Date.now() + patienceMs; ;) {
			const refusal = this.#app.taking.refusal(bytes);
			if (refusal?.status !== 429 || Date.now() > until) return refusal;
			await sleep(lookEveryMs);
		}
	}
}
