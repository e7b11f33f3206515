import { actions } from '$server/audit/audit';
import * as auditList from '$server/audit/list';
import { present } from '../../audit/present';
import { linksOf, wantedOf } from '../../audit/query';
import { instanceAdmin } from '../instance-admin';
import type { PageServerLoad } from './$types';

/** Who did what on the whole instance, newest first. */
export const load: PageServerLoad = async ({ locals, url, request }) => {
	instanceAdmin({ locals, url });
	const wanted = wantedOf(url);
	const { sql, auditSearch } = locals.app;
	const { events, next, notice } = await auditList.ofInstance(sql, auditSearch, wanted, request.signal);
	const links = linksOf(wanted, next);
	return { wanted, actions: [...actions], events: events.map(present), notice, links };
};
