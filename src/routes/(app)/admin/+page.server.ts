import * as instances from '$server/instances/instances';
import { restoreOrganization, suspendOrganization } from '$server/organizations/administration';
import * as lists from '$server/organizations/administration-lists';
import { wantedOf } from '../wanted';
import { administer } from './administer';
import { instanceAdmin } from './instance-admin';
import type { Actions, PageServerLoad } from './$types';

/** The servers, and the organizations, with counts of what they hold: never its contents. */
export const load: PageServerLoad = async ({ locals, url }) => {
	instanceAdmin({ locals, url });
	const { sql, deploys, usageOf } = locals.app;
	const wanted = wantedOf(url);
	const { items, ...place } = await lists.organizations(sql, wanted);
	const ids = items.map(({ id }) => id);
	const [logs, deployed] = await Promise.all([usageOf(ids), deploys.usageOf(ids)]);
	const organizations = items.map(({ suspendedAt, ...org }) => {
		const [lines, files] = [logs.get(org.id), deployed.get(org.id)];
		const lastAt = Math.max(lines?.lastLineAt?.getTime() ?? 0, files?.lastAppendAt ?? 0);
		return {
			...org,
			suspendedAt: suspendedAt?.toISOString() ?? null,
			linesYesterday: lines?.linesYesterday ?? 0,
			linesToday: lines?.linesToday ?? 0,
			logBytes: lines?.bytes ?? 0,
			deployBytes: files?.bytes ?? 0,
			lastActiveAt: lastAt === 0 ? null : new Date(lastAt).toISOString()
		};
	});
	const untrustedProxies = locals.app.untrustedProxies.list().slice(0, 3);
	const mails = (await locals.app.mails?.trouble()) ?? null;
	const servers = (await instances.list(sql)).map(({ startedAt, seenAt, ...server }) => ({
		...server,
		startedAt: startedAt.toISOString(),
		seenAt: seenAt.toISOString()
	}));
	return { q: wanted.q, servers, organizations, place, untrustedProxies, mails };
};

export const actions: Actions = {
	suspend: (event) => administer(event, suspendOrganization, (name) => `${name} is suspended.`),
	restore: (event) => administer(event, restoreOrganization, (name) => `${name} is restored.`)
};
