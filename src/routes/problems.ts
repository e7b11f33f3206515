import { isHttpError } from '@sveltejs/kit';
import { problem } from '$server/http/problem';

/** Runs an endpoint whose refusals (`error(…)`) are answered as problem documents, as API.md promises; redirects pass. */
export async function withProblems(respond: () => Promise<Response>): Promise<Response> {
	try {
		return await respond();
	} catch (refused) {
		if (!isHttpError(refused)) throw refused;
		return problem(refused.status, refused.body.message);
	}
}
