import { error } from '@sveltejs/kit';
import { problem } from '$server/http/problem';
import { withProblems } from '../../../../problems';
import { exported, formatOf } from '../../../audit/exported';
import { wantedOf } from '../../../audit/query';
import { instanceAdmin } from '../../instance-admin';
import type { RequestHandler } from './$types';

/** Everything that the page's filter matches, on all its pages, as a file. */
export const GET: RequestHandler = ({ locals, url, request }) =>
	withProblems(async () => {
		const { id } = instanceAdmin({ locals, url });
		const { administration, auditList } = locals.app.accounts;
		const wanted = wantedOf(url);
		const format = formatOf(url);
		const refusal = auditList.refusalOfInstance(wanted);
		if (refusal !== null) return problem(503, refusal);

		async function goOn(): Promise<void> {
			if (!(await administration.isAdmin(id, locals.sessionId))) error(403, 'Access has ended.');
		}

		const failed = (error: unknown) => locals.app.log.error({ err: error }, 'an export was cut off');
		const batches = auditList.everyOfInstance(wanted, request.signal);
		return exported(format, { batches, name: 'instance', withOrg: true, goOn, failed });
	});
