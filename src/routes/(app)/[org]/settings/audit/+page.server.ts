import { actions } from '$server/audit/audit';
import * as auditList from '$server/audit/list';
import { membershipOf } from '../../membership';
import { present } from '../../../audit/present';
import { linksOf, wantedOf } from '../../../audit/query';
import type { PageServerLoad } from './$types';

/** Who did what in the organization, newest first. */
export const load: PageServerLoad = async (event) => {
	const { org } = await membershipOf(event, 'audit');
	const wanted = wantedOf(event.url);
	const { sql, auditSearch } = event.locals.app;
	const { signal } = event.request;
	const { events, next, notice } = await auditList.of(sql, auditSearch, org.id, wanted, signal);
	const links = linksOf(wanted, next);
	return { wanted, actions: [...actions], events: events.map(present), notice, links };
};
