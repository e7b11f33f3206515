import { error } from '@sveltejs/kit';
import { problem } from '$server/http/problem';
import * as auditList from '$server/audit/list';
import { findRevoked } from '$server/access/revocation';
import { withProblems } from '../../../../../problems';
import { exported, formatOf } from '../../../../audit/exported';
import { wantedOf } from '../../../../audit/query';
import { membershipOf } from '../../../membership';
import type { RequestHandler } from './$types';

/** Everything that the page's filter matches, on all its pages, as a file. */
export const GET: RequestHandler = (event) =>
	withProblems(async () => {
		const { org } = await membershipOf(event, 'audit');
		const { sql, auditSearch, log } = event.locals.app;
		const wanted = wantedOf(event.url);
		const format = formatOf(event.url);
		const refusal = auditList.refusalOf(auditSearch, org.id, wanted);
		if (refusal !== null) return problem(503, refusal);

		async function goOn(): Promise<void> {
			delete event.locals.membership; // read again: an export can take minutes
			await membershipOf(event, 'audit');
			const { user, sessionId } = event.locals;
			const credential = { kind: 'session', sessionId: sessionId ?? '', userId: user?.id ?? '' } as const;
			const lost = await findRevoked(sql, org.id, [credential]);
			if (lost.size > 0) error(403, 'Access has ended.');
		}

		const failed = (error: unknown) => log.error({ err: error }, 'an export was cut off');
		const batches = auditList.everyOf(sql, auditSearch, org.id, wanted, event.request.signal);
		return exported(format, { batches, name: org.slug, goOn, failed });
	});
