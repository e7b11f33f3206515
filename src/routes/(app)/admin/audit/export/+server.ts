import { error } from '@sveltejs/kit';
import { exported, formatOf } from '../../../[org]/settings/audit/exported';
import { askedOf } from '../../../[org]/settings/audit/query';
import { instanceAdmin } from '../../instance-admin';
import type { RequestHandler } from './$types';

/** Everything that the page's filter shows, on all its pages, as a file. */
export const GET: RequestHandler = async ({ locals, url }) => {
	const { id } = instanceAdmin({ locals, url });
	const { administration, auditList } = locals.app.accounts;
	const batches = auditList.everyOfInstance(askedOf(url));
	const format = formatOf(url);

	async function goOn(): Promise<void> {
		if (!(await administration.isAdmin(id, locals.sessionId))) error(403, 'The access has ended.');
	}

	const failed = (error: unknown) => locals.app.log.error({ err: error }, 'an export broke off');
	return exported(format, { batches, name: 'instance', withOrg: true, goOn, failed });
};
