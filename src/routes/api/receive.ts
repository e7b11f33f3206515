import type { RequestEvent } from '@sveltejs/kit';
import type { Access, Claim } from '$server/access/authorize';
import * as secret from '$server/access/secret';
import { native } from '$server/ingest/protocols/native';
import type { Asked, Postponed, Protocol, Refused } from '$server/ingest/protocols/protocol';
import type { Found, Route } from '$server/ingest/protocols/routes';
import { answered, type Sent } from './answered';
import { claimOf, through } from './authorized';
import type { Door } from './door';
import type { Incoming } from './incoming';
import { takeStream } from './receive-stream';

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
	const claim: Claim = {
		...claimOf(event),
		secret: secret.inAnyForm(event.request.headers, event.url.searchParams) ?? parameters.key ?? null,
		userId: undefined,
		sessionId: null
	};
	const { path, protocol, streaming } = route;
	if (streaming) return takeStream(event, { protocol: streaming, asked, claim, path });
	return protocol ? take(event, { protocol, asked, claim, path }) : probed(route, asked);
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

function take(event: RequestEvent, { protocol, asked, claim, path }: Sent<Protocol>): Promise<Response> {
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
	return answered(event, { path, refuse: (refused) => protocol.refuse(refused, asked) }, answer);
}

interface Authorized {
	protocol: Protocol;
	asked: Asked;
	access: Access;
	incoming: Incoming;
	refuse(refused: Refused, sent?: Postponed): Promise<Response>;
}

/** Decodes, appends, and answers after the commit. */
async function store({ locals, request }: RequestEvent, sent: Authorized): Promise<Response> {
	const { protocol, asked, access, incoming, refuse } = sent;
	const { headers, parameters } = asked;
	const { taking, config } = locals.app;
	const ownKey = headers.get('idempotency-key');
	if (ownKey !== null && (ownKey.length > 128 || ownKey === ''))
		return refuse({ status: 400, detail: 'Idempotency-Key takes 1 to 128 characters.' });
	const refusal = taking.refusal(Number(headers.get('content-length') ?? 0));
	if (refusal)
		return refuse(refusal, { unread: { stream: request.body, encoding: headers.get('content-encoding') } });
	const read = await incoming.read({ ownCodings: protocol.ownCodings ?? [] });
	if (!read.ok) return read.response;
	const notAdmitted = protocol.admits?.(asked, read.sent, config) ?? null;
	if (notAdmitted !== null) return refuse({ status: 403, detail: notAdmitted });
	const taken = await taking.take({
		org: access.org,
		format: protocol.format,
		bytes: read.bytes,
		contentType: headers.get('content-type'),
		parameters,
		headers: some(headers, protocol.headers),
		idempotencyKey: ownKey ?? protocol.repeatKey?.(asked, read.bytes) ?? null,
		repeatKeyOf: protocol.repeatKeyOf
	});
	if (!taken.ok) return refuse(taken.refused, 'told' in taken ? { told: taken.told } : undefined);
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
