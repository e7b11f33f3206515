import type { RequestEvent } from '@sveltejs/kit';
import type { Access, Claim } from '$server/access/authorize';
import * as secret from '$server/access/secret';
import { Unavailable } from '$server/health/watch';
import * as unavailable from '$server/health/unavailable';
import { native } from '$server/ingest/protocols/native';
import type { Asked, Postponed, Protocol, Refused } from '$server/ingest/protocols/protocol';
import type { Found, Route } from '$server/ingest/protocols/routes';
import { weightOf } from '$server/logs/append';
import type { AppendOutcome } from '$server/logs/writer';
import { claimOf, through } from './authorized';
import type { Door } from './door';
import type { Incoming } from './incoming';

/** Answers a request at an address of another product's protocol: who sends there has a key, and no session. */
export async function receive(event: RequestEvent, found: Found): Promise<Response> {
	if (found.kind === 'other methods') {
		const refused = native.refuse(
			{ status: 405, detail: `This address takes ${found.allow}.` },
			askedOf(event)
		);
		refused.headers.set('allow', found.allow);
		return refused;
	}
	const { route, parameters } = found;
	const asked = askedOf(event, parameters);
	if (!route.protocol) return probed(route, asked);
	const claim: Claim = {
		...claimOf(event),
		secret: secret.inAnyForm(event.request.headers, event.url.searchParams) ?? parameters.key ?? null,
		userId: undefined,
		sessionId: null
	};
	return take(event, { protocol: route.protocol, asked, claim, path: route.path });
}

/** POST /api/logs, which the page of a signed-in user may send to, too. */
export function receiveOwn(event: RequestEvent): Promise<Response> {
	const claim = claimOf(event);
	const given = claim.secret ?? secret.inAnyForm(event.request.headers, event.url.searchParams);
	const path = event.url.pathname;
	return take(event, { protocol: native, asked: askedOf(event), claim: { ...claim, secret: given }, path });
}

function probed({ probe }: Route, asked: Asked): Response {
	if (!probe) throw new Error('a route without a protocol has an answer of its own');
	return probe(asked);
}

interface Taken {
	protocol: Protocol;
	asked: Asked;
	claim: Claim;
	path: string;
}

function take(event: RequestEvent, { protocol, asked, claim, path }: Taken): Promise<Response> {
	const { watch, log } = event.locals.app;
	const refuse = async (refused: Refused, sent?: Postponed) => {
		const isPassing = refused.status === 429 || refused.status === 503;
		const postponed = sent && isPassing && (await protocol.postpone?.(refused, asked, sent));
		return postponed || protocol.refuse(refused, asked);
	};
	const door: Door = {
		claim,
		scope: 'write',
		path,
		refuse: (refused, unread) => refuse(refused, unread && { unread })
	};
	const answer = through(door, event, (access, incoming) =>
		store(event, { protocol, asked, access, incoming, refuse })
	);
	return watch.whileAvailable(answer).catch((error: unknown) => {
		if (error instanceof Unavailable)
			return protocol.refuse(
				unavailable.refusedBy(error.outage, unavailable.sentenceOfGivenUp(error.outage, 'POST')),
				asked
			);
		log.error({ err: error, path }, 'lines could not be taken');
		const detail = 'Something went wrong on the server. Its log says what.';
		return protocol.refuse({ status: 503, detail }, asked);
	});
}

interface Sent {
	protocol: Protocol;
	asked: Asked;
	access: Access;
	incoming: Incoming;
	refuse(refused: Refused, sent?: Postponed): Promise<Response>;
}

/** Decodes, appends, and answers after the commit. */
async function store(
	{ locals, request }: RequestEvent,
	{ protocol, asked, access: { org }, incoming, refuse }: Sent
): Promise<Response> {
	const { writer, decoder, watch } = locals.app;
	const { headers, parameters } = asked;
	const unread = { stream: request.body, encoding: headers.get('content-encoding') };
	const idempotencyKey = headers.get('idempotency-key') ?? protocol.repeatKey?.(asked) ?? null;
	if (idempotencyKey !== null && (idempotencyKey.length > 128 || idempotencyKey === ''))
		return refuse({ status: 400, detail: 'Idempotency-Key takes 1 to 128 characters.' });
	if (!writer.hasRoom) return refuse(unavailable.refusedForRoom(watch.outage), { unread });
	const announced = Number(headers.get('content-length') ?? 0);
	if (writer.isFull(Math.min(announced, mostAnnounced))) return refuse(refusals.full, { unread });
	const read = await incoming.read({ ownCodings: protocol.ownCodings ?? [] });
	if (!read.ok) return read.response;

	const weight = read.bytes.length; // before they are given away
	const received = await decoder.decode(org, {
		format: protocol.format,
		bytes: read.bytes,
		contentType: headers.get('content-type'),
		parameters,
		headers: some(headers, protocol.headers),
		now: Date.now()
	});
	if ('status' in received) return refuse(received);
	const { report, told } = received;
	if (report.accepted === 0) {
		incoming.tell(report);
		return protocol.answer(report, asked, told);
	}
	const outcome = await writer.append({
		org,
		...received,
		bytes: received.chunks ? weightOf(received.chunks) : weight,
		idempotencyKey: idempotencyKey ?? protocol.repeatKeyOf?.(told) ?? null
	});
	if (outcome.kind === 'no room') return refuse(unavailable.refusedForRoom(watch.outage), { told });
	if (outcome.kind !== 'stored') return refuse(refusals[outcome.kind], { told });
	incoming.tell(outcome.answer);
	return protocol.answer(outcome.answer, asked, told);
}

/** What a body counts before it is read, in bytes: a large one waits as chunks, which take an eighth of it and less. */
const mostAnnounced = 8 * 1024 * 1024;

function askedOf({ request, url }: RequestEvent, parameters: Record<string, string> = {}): Asked {
	const { method, headers } = request;
	return { method, headers, parameters: { ...Object.fromEntries(url.searchParams), ...parameters } };
}

function some(headers: Headers, names: readonly string[] = []): Record<string, string> {
	return Object.fromEntries(
		names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : []))
	);
}

const refusals: Record<Exclude<AppendOutcome['kind'], 'stored' | 'no room'>, Refused> = {
	full: { status: 429, detail: 'The server is overloaded. Nothing was accepted: send it again.' },
	away: { status: 503, detail: 'The database is unavailable. Nothing was accepted: send it again.' },
	unknown: {
		status: 503,
		detail: 'The database went away during the commit and it is not known whether the lines are stored.'
	},
	refused: {
		status: 400,
		detail: 'The database refused these lines; nothing of this request was accepted.'
	},
	gone: { status: 404, detail: 'The organization was deleted. Nothing was accepted: stop sending.' }
};
