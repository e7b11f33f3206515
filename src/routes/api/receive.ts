import type { RequestEvent } from '@sveltejs/kit';
import type { Access, Claim } from '$server/access/authorize';
import * as secret from '$server/access/secret';
import { Unavailable } from '$server/health/watch';
import * as unavailable from '$server/health/unavailable';
import { limit } from '$server/ingest/body';
import { native } from '$server/ingest/protocols/native';
import type { Asked, Protocol, Refused } from '$server/ingest/protocols/protocol';
import type { Found, Route } from '$server/ingest/protocols/routes';
import { claimOf, through } from './authorized';
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
	const refuse = (refused: Refused) => protocol.refuse(refused, asked);
	const answer = through({ claim, scope: 'write', path, refuse }, event, (access, incoming) =>
		store(event, { protocol, asked, access, incoming, refuse })
	);
	return watch.whileAvailable(answer).catch((error: unknown) => {
		if (error instanceof Unavailable)
			return refuse(unavailable.refusedBy(error.outage, unavailable.sentenceOfGivenUp(error.outage, 'POST')));
		log.error({ err: error, path }, 'lines could not be taken');
		return refuse({ status: 503, detail: 'Something went wrong on the server. Its log says what.' });
	});
}

interface Sent {
	protocol: Protocol;
	asked: Asked;
	access: Access;
	incoming: Incoming;
	refuse(refused: Refused): Response;
}

/** Decodes, appends, and answers after the commit. */
async function store({ locals }: RequestEvent, sent: Sent): Promise<Response> {
	const { protocol, asked, access, incoming, refuse } = sent;
	const { headers, parameters } = asked;
	const { taking } = locals.app;
	const idempotencyKey = headers.get('idempotency-key') ?? protocol.repeatKey?.(asked) ?? null;
	if (idempotencyKey !== null && (idempotencyKey.length > 128 || idempotencyKey === ''))
		return refuse({ status: 400, detail: 'Idempotency-Key takes 1 to 128 characters.' });
	const refusal = taking.refusal(Number(headers.get('content-length') ?? 0));
	if (refusal) return refuse(refusal);
	const read = await incoming.read(limit);
	if (!read.ok) return read.response;
	const taken = await taking.take({
		org: access.org,
		format: protocol.format,
		bytes: read.bytes,
		contentType: headers.get('content-type'),
		parameters,
		headers: some(headers, protocol.headers),
		idempotencyKey
	});
	if (!taken.ok) return refuse(taken.refused);
	incoming.tell({ ...taken.result, repaired: taken.repaired });
	return protocol.answer(taken.result, asked, taken.told);
}

function askedOf({ request, url }: RequestEvent, parameters: Record<string, string> = {}): Asked {
	const { method, headers } = request;
	return { method, headers, parameters: { ...Object.fromEntries(url.searchParams), ...parameters } };
}

function some(headers: Headers, names: readonly string[] = []): Record<string, string> {
	return Object.fromEntries(
		names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : []))
	);
}
