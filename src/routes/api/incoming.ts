import { authorizeAgain, type Access } from '$server/access/authorize';
import type { Lines } from '$server/access/key-use';
import type { Place } from '$server/ingest/admission';
import * as body from '$server/ingest/body';
import * as bodyStream from '$server/ingest/body-stream';
import type { Asking } from './asking';
import type { Door } from './door';

/** What an endpoint reads of an authorized request, and reports about it. */
export interface Incoming {
	/**
	 * The whole body, if its sender may still send it once it is here: that may take a minute, in which a key is revoked.
	 * @throws body.SenderGone when it is incomplete.
	 */
	read(reading: body.Reading): Promise<Read<{ bytes: Buffer; sent: Buffer }>>;
	/** The body as a stream, of any length. What has come takes room until the reader says that it has let go of it. */
	stream(): Promise<Read<{ chunks: AsyncIterable<Uint8Array>; letGo(): void }>>;
	/** The same as JSON, of a form's size: undefined if it is not JSON. */
	readJson(): Promise<Read<{ value: unknown }>>;
	/** Checks access again during a long answer: the refusal if it has been lost, otherwise null. */
	again(): Promise<Response | null>;
	/** What happened to the lines sent. */
	tell(lines: Lines): void;
	/** Gives the room back that the body takes: once the request is answered. */
	close(): void;
}

export type Read<Content> = ({ ok: true } & Content) | { ok: false; response: Response };

/** What a body of JSON has at most, in bytes: it is parsed where everybody's requests are. */
const mostJsonBytes = 1024 * 1024;

export function incoming(
	{ request, locals }: Asking,
	{ door, access }: { door: Door; access: Access },
	tell: (lines: Lines) => void
): Incoming {
	let place: Place | null = null;

	async function again(): Promise<Response | null> {
		const authorization = await authorizeAgain(locals.app, door.claim, door.scope, access);
		return authorization.ok ? null : door.refuse(authorization);
	}

	async function read(reading: body.Reading): Promise<Read<{ bytes: Buffer; sent: Buffer }>> {
		const announced = Number(request.headers.get('content-length') ?? 0);
		const { mostBytes = body.limit } = reading;
		if (announced > mostBytes) return { ok: false, response: await door.refuse(body.tooLarge(mostBytes)) };
		place = locals.app.admission.admit(access.org, announced);
		const encoding = request.headers.get('content-encoding');
		if (!place) {
			const response = await door.refuse(body.overloaded, { stream: request.body, encoding });
			return { ok: false, response };
		}
		const received = await body.read(request.body, encoding, place, reading);
		const refusal = await again();
		if (refusal) return { ok: false, response: refusal };
		return received.ok ? received : { ok: false, response: await door.refuse(received, received.unread) };
	}

	async function readJson(): Promise<Read<{ value: unknown }>> {
		const received = await read({ mostBytes: mostJsonBytes });
		return received.ok ? { ok: true, value: parsed(received.bytes) } : received;
	}

	async function stream(): ReturnType<Incoming['stream']> {
		const held = locals.app.admission.admit(access.org, 0);
		const encoding = request.headers.get('content-encoding');
		if (!bodyStream.isStreamable(encoding))
			return { ok: false, response: await door.refuse(bodyStream.unsupported) };
		if (!held) return { ok: false, response: await door.refuse(body.overloaded) };
		place = held;
		const chunks = bodyStream.stream(request.body, encoding, held);
		return { ok: true, chunks, letGo: () => held.leave() };
	}

	return { read, readJson, stream, again, tell, close: () => place?.leave() };
}

function parsed(bytes: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes));
	} catch {
		return undefined; // which no schema accepts, so the refusal says what is expected
	}
}
