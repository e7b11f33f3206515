import { actions } from '$server/audit/audit';
import { membershipOf } from '../../membership';
import { present } from '../../../audit/present';
import { linksOf, wantedOf } from '../../../audit/query';
import type { PageServerLoad } from './$types';

/** Who did what in the organization, newest first. */
export const load: PageServerLoad = async (event) => {
	const { org } = await membershipOf(event, 'audit');
	const wanted = wantedOf(event.url);
	const { auditList } = event.locals.app.accounts;
	const { events, next, notice } = await auditList.of(org.id, wanted, event.request.signal);
	const links = linksOf(wanted, next);
	return { wanted, actions: [...actions], events: events.map(present), notice, links };
};
