import * as cookies from '$server/people/cookies.ts';
import { redirect } from '@sveltejs/kit';
import * as signOuts from '$server/people/sign-out.ts';
import { actorOf } from '../../actor';
import { pathOf } from '../next.ts';
import type { RequestHandler } from './$types';

/** Ends the session, not only its cookie: the streams opened with it close on every instance. */
export const POST: RequestHandler = async ({ request, locals, cookies: jar }) => {
	const next = await nextOf(request);
	const token = cookies.session(jar);
	if (token !== null && locals.user) await signOuts.signOut(locals.app.sql, token, actorOf(locals));
	cookies.removeSession(jar, locals.isSecure);
	redirect(303, next ?? '/sign-in');
};

/** The `next` of the submitted form, as on an invitation for someone else. */
async function nextOf(request: Request): Promise<string | null> {
	const type = request.headers.get('content-type') ?? '';
	if (!type.startsWith('application/x-www-form-urlencoded')) return null;
	return pathOf(new URLSearchParams(await request.text()).get('next'));
}
