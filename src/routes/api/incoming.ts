import type { RequestEvent } from '@sveltejs/kit';
import { authorizeAgain, type Access, type Claim } from '$server/access/authorize';
import type { Lines } from '$server/access/key-use';
import type { Place } from '$server/ingest/admission';
import * as body from '$server/ingest/body';
import type { Scope } from '$server/postgres/words';
import { problem } from '$server/http/problem';
import { refused } from './refused';

/** What an endpoint reads of an authorized request, and reports about it. */
export interface Incoming {
	/**
	 * The whole body, if its sender may still send it once it is here: that may take a minute, in which a key is revoked.
	 * @throws body.SenderGone when it is incomplete.
	 */
	read(): Promise<Read<{ bytes: Buffer }>>;
	/** The same as JSON: undefined if it is not. */
	readJson(): Promise<Read<{ value: unknown }>>;
	/** Checks access again during a long answer: the refusal if it has been lost, otherwise null. */
	again(): Promise<Response | null>;
	/** What happened to the lines sent. */
	tell(lines: Lines): void;
	/** Gives the room back that the body takes: once the request is answered. */
	close(): void;
}

export type Read<Content> = ({ ok: true } & Content) | { ok: false; response: Response };

export function incoming(
	{ request, locals }: RequestEvent,
	{ claim, scope, access }: { claim: Claim; scope: Scope; access: Access },
	tell: (lines: Lines) => void
): Incoming {
	let place: Place | null = null;

	async function again(): Promise<Response | null> {
		const authorization = await authorizeAgain(locals.app, claim, scope, access);
		return authorization.ok ? null : refused(authorization);
	}

	async function read(): Promise<Read<{ bytes: Buffer }>> {
		place = locals.app.admission.admit(access.org, Number(request.headers.get('content-length') ?? 0));
		if (!place) return { ok: false, response: problem(429, body.overloaded.detail) };
		const received = await body.read(request.body, request.headers.get('content-encoding'), place);
		const refusal = await again();
		if (refusal) return { ok: false, response: refusal };
		return received.ok ? received : { ok: false, response: problem(received.status, received.detail) };
	}

	async function readJson(): Promise<Read<{ value: unknown }>> {
		const received = await read();
		return received.ok ? { ok: true, value: parsed(received.bytes) } : received;
	}

	return { read, readJson, again, tell, close: () => place?.leave() };
}

function parsed(bytes: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(bytes));
	} catch {
		return undefined; // which no schema accepts, so the refusal says what is expected
	}
}
