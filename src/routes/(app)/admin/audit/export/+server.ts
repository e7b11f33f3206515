import { error } from '@sveltejs/kit';
import { problem } from '$server/http/problem';
import * as auditList from '$server/audit/list';
import { isAdmin } from '$server/organizations/administration';
import { withProblems } from '../../../../problems';
import { exported, formatOf } from '../../../audit/exported';
import { wantedOf } from '../../../audit/query';
import { instanceAdmin } from '../../instance-admin';
import type { RequestHandler } from './$types';

/** Everything that the page's filter matches, on all its pages, as a file. */
export const GET: RequestHandler = ({ locals, url, request }) =>
	withProblems(async () => {
		const { id } = instanceAdmin({ locals, url });
		const { sql, auditSearch, log } = locals.app;
		const wanted = wantedOf(url);
		const format = formatOf(url);
		const refusal = auditList.refusalOfInstance(auditSearch, wanted);
		if (refusal !== null) return problem(503, refusal);

		async function goOn(): Promise<void> {
			if (!(await isAdmin(sql, id, locals.sessionId))) error(403, 'Access has ended.');
		}

		const failed = (error: unknown) => log.error({ err: error }, 'an export was cut off');
		const batches = auditList.everyOfInstance(sql, auditSearch, wanted, request.signal);
		return exported(format, { batches, name: 'instance', withOrg: true, goOn, failed });
	});
