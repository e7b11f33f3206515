import { describe } from '$server/audit/details';
import type { InstanceEvent, ListedEvent } from '$server/audit/events';

/** An event as a page shows it. */
export function present(event: ListedEvent | InstanceEvent) {
	const { id, at, actor, action, target, details, address } = event;
	const organization = 'org' in event ? nameOf(event) : null;
	return {
		id,
		at: at.toISOString(),
		actor,
		action,
		target,
		details: describe(details),
		address,
		organization
	};
}

function nameOf({ org, orgId }: InstanceEvent): string | null {
	if (!org) return orgId;
	return org.isDeleted ? `${org.name} (deleted)` : org.name;
}
