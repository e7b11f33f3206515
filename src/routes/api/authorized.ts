import type { RequestEvent } from '@sveltejs/kit';
import { authorize, type Access } from '$server/accounts/authorize';
import type { Lines } from '$server/accounts/keys/use';
import type { Key } from '$server/accounts/keys/keys';
import { isAway } from '$server/postgres/connect';
import { problem } from '$server/problem';
import type { Scope } from '$server/postgres/schema';

/** Told by an endpoint what became of the lines that were sent. */
export type Tell = (lines: Lines) => void;

/**
 * Runs an endpoint for those who may, and answers the rest; see accounts/authorize.ts for the rules. What came with a key
 * is noted as that key's last use, however it was answered.
 */
export async function authorized(
	event: RequestEvent,
	scope: Scope,
	respond: (access: Access, tell: Tell) => Promise<Response>
): Promise<Response> {
	const { app, user, sessionId, from } = event.locals;
	const claim = {
		authorization: event.request.headers.get('authorization'),
		slug: event.url.searchParams.get('org'),
		userId: user?.id,
		sessionId,
		address: from.address
	};
	let key: Key | undefined;
	let lines: Lines | undefined;
	let response: Response | undefined;
	try {
		const authorization = await authorize(app.accounts, claim, scope);
		key = authorization.key;
		response = authorization.ok
			? await respond(authorization.access, (told) => (lines = told))
			: problem(authorization.status, authorization.detail, {}, authorization.retryAfterS);
		return response;
	} catch (error) {
		if (!isAway(error)) throw error;
		app.log.warn({ err: error, route: event.route.id }, 'the database is away');
		response = problem(503, 'The database is away. Try again shortly.');
		return response;
	} finally {
		const { method } = event.request;
		const status = response?.status ?? 500;
		if (key) app.accounts.keys.used(key, from.address, { method, path: event.url.pathname, status, lines });
	}
}
