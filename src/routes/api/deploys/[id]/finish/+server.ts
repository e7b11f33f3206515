import { json } from '@sveltejs/kit';
import * as v from 'valibot';
import type { RequestHandler } from './$types';
import { problem } from '$server/http/problem';
import { authorized } from '../../../authorized';
import { noDeploy } from '../../none';
import * as parameters from '../../parameters';
import { present } from '$server/deploys/present';
import { faults } from '$server/forms/faults';

/** Ends a deploy; a repeat with the same status gets the same answer. */
export const POST: RequestHandler = (event) =>
	authorized(event, 'write', async ({ org, slug }, { readJson }) => {
		const body = await readJson();
		if (!body.ok) return body.response;
		const asked = v.safeParse(parameters.finish, body.value);
		if (!asked.success) return problem(400, faults(asked.issues));
		const { status, exit_code: exitCode, size, age_ms } = asked.output;
		const finished = await event.locals.app.deploys.finish(org, event.params.id, {
			status,
			exitCode,
			size: size ?? undefined,
			ageMs: age_ms
		});
		switch (finished.kind) {
			case 'finished':
				return json(present(finished.deploy, slug));
			case 'wrong offset':
				return withOffset(
					problem(409, 'The log has a different size. Send what is missing, starting at Upload-Offset.'),
					finished.end
				);
			case 'conflict':
				return problem(409, `The deploy has already ended: ${finished.status}.`, { status: finished.status });
			case 'none':
				return noDeploy();
		}
	});

function withOffset(response: Response, end: number): Response {
	response.headers.set('upload-offset', String(end));
	return response;
}
