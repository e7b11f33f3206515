import type { RequestEvent } from '@sveltejs/kit';
import { authorize, type Access } from '$server/accounts/authorize';
import { isAway } from '$server/postgres/connect';
import { problem } from '$server/problem';
import type { Scope } from '$server/postgres/schema';

/** Runs an endpoint for those who may, and answers the rest; see accounts/authorize.ts for the rules. */
export async function authorized(
	event: RequestEvent,
	scope: Scope,
	respond: (access: Access) => Promise<Response>
): Promise<Response> {
	const { app, user, sessionId } = event.locals;
	const claim = {
		authorization: event.request.headers.get('authorization'),
		slug: event.url.searchParams.get('org'),
		userId: user?.id,
		sessionId
	};
	try {
		const authorization = await authorize(app.accounts, claim, scope);
		if (!authorization.ok) return problem(authorization.status, authorization.detail);
		return await respond(authorization.access);
	} catch (error) {
		if (!isAway(error)) throw error;
		app.log.warn({ err: error, path: event.url.pathname }, 'the database is away');
		return problem(503, 'The database is away. Try again shortly.');
	}
}
