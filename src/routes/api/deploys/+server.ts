import { json } from '@sveltejs/kit';
import * as v from 'valibot';
import type { RequestHandler } from './$types';
import { problem } from '$server/http/problem';
import * as unavailable from '$server/health/unavailable';
import { authorized } from '../authorized';
import * as parameters from './parameters';
import { filter } from '$server/deploys/list-query';
import { present } from '$server/deploys/present';
import { faults } from '$server/forms/faults';

/** Creates a running deploy. */
export const POST: RequestHandler = (event) =>
	authorized(event, 'write', async ({ org, slug }, { readJson }) => {
		const { disk, watch } = event.locals.app;
		if (!disk.hasRoomForDeploys) return unavailable.noRoom(watch.outage);
		const body = await readJson();
		if (!body.ok) return body.response;
		const asked = v.safeParse(parameters.newDeploy, body.value);
		if (!asked.success) return problem(400, faults(asked.issues));
		const key = event.request.headers.get('idempotency-key');
		if (key !== null && !v.is(parameters.idempotencyKey, key)) {
			return problem(400, 'Idempotency-Key takes 1 to 128 characters.');
		}
		const { age_ms, ...wanted } = asked.output;
		const how = { idempotencyKey: key, ageMs: age_ms };
		const deploy = present(await event.locals.app.deploys.create(org, wanted, how), slug);
		return json(deploy, { status: 201, headers: { location: `/api/deploys/${deploy.id}` } });
	});

/** The deploys of the organization, newest first. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async ({ org, slug }) => {
		const asked = v.safeParse(filter, Object.fromEntries(event.url.searchParams));
		if (!asked.success) return problem(400, faults(asked.issues));
		const { deploys, next } = await event.locals.app.deploys.list(org, asked.output);
		return json({ deploys: deploys.map((deploy) => present(deploy, slug)), next });
	});
