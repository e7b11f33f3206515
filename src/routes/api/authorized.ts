import { authorize, type Access, type Claim } from '$server/access/authorize';
import type { Lines } from '$server/access/key-use';
import type { Key } from '$server/access/keys';
import * as secret from '$server/access/secret';
import { SenderGone } from '$server/ingest/body';
import { refuse } from '$server/http/problem';
import * as unavailable from '$server/health/unavailable';
import type { Scope } from '$server/postgres/words';
import type { Asking } from './asking';
import type { Door } from './door';
import { incoming, type Incoming } from './incoming';

/** Runs an endpoint of our own API for authorized requests, and answers the rest. */
export function authorized(
	asking: Asking,
	scope: Scope,
	respond: (access: Access, incoming: Incoming) => Promise<Response>
): Promise<Response> {
	return through({ claim: claimOf(asking), scope, path: asking.url.pathname, refuse }, asking, respond);
}

/**
 * Runs an endpoint for authorized requests, and answers the rest; see access/authorize.ts for the rules. A complete request
 * with a key is noted as that key's last use, whatever the answer.
 */
export async function through(
	door: Door,
	asking: Asking,
	respond: (access: Access, incoming: Incoming) => Promise<Response>
): Promise<Response> {
	const { app, from } = asking.locals;
	const { claim, scope, path, refuse } = door;
	let key: Key | undefined;
	let lines: Lines | undefined;
	let response: Response | undefined;
	let body: Incoming | undefined;
	try {
		const authorization = await authorize(app, claim, scope);
		key = authorization.key;
		if (!authorization.ok) return (response = await refuse(authorization));
		body = incoming(asking, { door, access: authorization.access }, (told) => (lines = told));
		response = await respond(authorization.access, body);
		return response;
	} catch (error) {
		if (error instanceof SenderGone) key = undefined;
		response = await failed(asking, error, door);
		return response;
	} finally {
		body?.close();
		const status = response?.status ?? 500;
		if (key) app.keyUses.note(key, from.address, { method: asking.request.method, path, status, lines });
	}
}

/** Who asks: by the header `Authorization`, or by the session of the cookie. */
export function claimOf({ request, url, locals }: Asking): Claim {
	return {
		secret: secret.inAuthorization(request.headers),
		slug: url.searchParams.get('org'),
		userId: locals.user?.id,
		sessionId: locals.sessionId,
		address: locals.from.address
	};
}

/** The answer when the other end of a connection has failed. Rethrows anything else. */
async function failed(
	{ request, locals }: Asking,
	error: unknown,
	{ path, refuse, context: more }: Door
): Promise<Response> {
	const context = { err: error, method: request.method, path, ...more };
	if (error instanceof SenderGone) {
		locals.app.log.debug(context, 'a sender went away before its body was here');
		return refuse({
			status: 400,
			detail: 'The request body was incomplete. Nothing was accepted: send it again.'
		});
	}
	if (request.signal.aborted) {
		locals.app.log.debug(context, 'a reader went away before the answer');
		return new Response(null, { status: 499 }); // nginx's: nobody reads it
	}
	const brokenOff = unavailable.brokenOff(error);
	if (brokenOff) {
		locals.app.log.warn(context, 'the database broke off a request');
		return refuse({ status: 503, detail: brokenOff });
	}
	const outage = unavailable.outageOf(error, locals.app.watch.outage);
	if (!outage) throw error;
	locals.app.log.warn(context, 'a request met an outage');
	locals.app.watch.doubt();
	return refuse(unavailable.refusedBy(outage));
}
