import * as cookies from '$server/accounts/cookies.ts';
import { redirect } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** Ends the session, not only its cookie: the streams opened with it close on every instance. */
export const POST: RequestHandler = async ({ locals, url, cookies: jar }) => {
	const token = cookies.session(jar);
	if (token !== null) await locals.app.accounts.sessions.end(token);
	cookies.removeSession(jar, url.protocol === 'https:');
	redirect(303, '/sign-in');
};
