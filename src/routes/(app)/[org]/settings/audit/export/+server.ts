import { error } from '@sveltejs/kit';
import { membershipOf } from '../../../membership';
import { exported, formatOf } from '../exported';
import { askedOf } from '../query';
import type { RequestHandler } from './$types';

/** Everything that the page's filter shows, on all its pages, as a file. */
export const GET: RequestHandler = async (event) => {
	const { org } = await membershipOf(event, 'audit');
	const { accounts, log } = event.locals.app;
	const asked = askedOf(event.url);
	const format = formatOf(event.url);
	const { user, sessionId } = event.locals;

	async function goOn(): Promise<void> {
		await membershipOf(event, 'audit');
		const credential = { kind: 'session', sessionId: sessionId ?? '', userId: user?.id ?? '' } as const;
		const lost = await accounts.access.findRevoked(org.id, [credential]);
		if (lost.size > 0) error(403, 'The access has ended.');
	}

	const failed = (error: unknown) => log.error({ err: error }, 'an export broke off');
	const batches = accounts.auditList.everyOf(org.id, asked);
	return exported(format, { batches, name: org.slug, goOn, failed });
};
