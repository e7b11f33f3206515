import { describe } from '$server/accounts/audit/details';
import type { InstanceEvent, ListedEvent } from '$server/accounts/audit/list';

/** An event as a page shows it. */
export function present({ id, at, actor, action, target, details, address, ...rest }: ListedEvent) {
	const org = 'org' in rest ? (rest as Pick<InstanceEvent, 'org'>).org : null;
	return { id, at: at.toISOString(), actor, action, target, details: describe(details), address, org };
}
