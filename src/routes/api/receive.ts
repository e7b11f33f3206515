import type { Access, Claim } from '$server/access/authorize';
import type { RequestHeaders } from '$server/client';
import * as secret from '$server/access/secret';
import { native } from '$server/ingest/protocols/native';
import type { Asked, Postponed, Protocol, Refused } from '$server/ingest/protocols/protocol';
import type { Found, Route } from '$server/ingest/protocols/routes';
import { ofIngest } from '$server/self-logs';
import { answered, type Sent } from './answered';
import { claimOf, through } from './authorized';
import type { Asking } from './asking';
import type { Door } from './door';
import type { Incoming } from './incoming';
import { takeStream } from './receive-stream';

/** Answers a request at an address of another product's protocol: who sends there has a key, and no session. */
export async function receive(asking: Asking, found: Found): Promise<Response> {
	if (found.kind === 'other methods') {
		const refused = native.refuse(
			{ status: 405, detail: `This address takes ${found.allow}.` },
			askedOf(asking)
		);
		refused.headers.set('allow', found.allow);
		return refused;
	}
	const { route, parameters } = found;
	const asked = askedOf(asking, parameters);
	const claim: Claim = {
		...claimOf(asking),
		secret: secret.inAnyForm(asking.request.headers, asking.url.searchParams) ?? parameters.key ?? null,
		userId: undefined,
		sessionId: null
	};
	const { path, protocol, streaming } = route;
	if (streaming) return takeStream(asking, { protocol: streaming, asked, claim, path });
	return protocol ? take(asking, { protocol, asked, claim, path }) : probed(route, asked);
}

/** POST /api/logs, which the page of a signed-in user may send to, too. */
export function receiveOwn(asking: Asking): Promise<Response> {
	const claim = claimOf(asking);
	const given = claim.secret ?? secret.inAnyForm(asking.request.headers, asking.url.searchParams);
	const path = asking.url.pathname;
	return take(asking, { protocol: native, asked: askedOf(asking), claim: { ...claim, secret: given }, path });
}

function probed({ probe }: Route, asked: Asked): Response {
	if (!probe) throw new Error('a route without a protocol has an answer of its own');
	return probe(asked);
}

function take(asking: Asking, { protocol, asked, claim, path }: Sent<Protocol>): Promise<Response> {
	const refuse = async (refused: Refused, sent?: Postponed) => {
		const isPassing = refused.status === 429 || refused.status === 503;
		const postponed = sent && isPassing && (await protocol.postpone?.(refused, asked, sent));
		return postponed || protocol.refuse(refused, asked);
	};
	const door: Door = {
		claim,
		scope: 'write',
		path,
		context: ofIngest,
		refuse: (refused, unread) => refuse(refused, unread && { unread })
	};
	const answer = through(door, asking, (access, incoming) =>
		store(asking, { protocol, asked, access, incoming, refuse })
	);
	return answered(asking, { path, refuse: (refused) => protocol.refuse(refused, asked) }, answer);
}

interface Authorized {
	protocol: Protocol;
	asked: Asked;
	access: Access;
	incoming: Incoming;
	refuse(refused: Refused, sent?: Postponed): Promise<Response>;
}

/** Decodes, appends, and answers after the commit. */
async function store({ locals, request }: Asking, sent: Authorized): Promise<Response> {
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

function askedOf({ request, url }: Asking, parameters: Record<string, string> = {}): Asked {
	const { method, headers } = request;
	return { method, headers, parameters: { ...Object.fromEntries(url.searchParams), ...parameters } };
}

function some(headers: RequestHeaders, names: readonly string[] = []): Record<string, string> {
	return Object.fromEntries(
		names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : []))
	);
}
