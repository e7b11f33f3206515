import { roles, type Role } from '../postgres/words.ts';

/** What can be done in an organization, and the least role that may: each role may all that a lower one may. */
const leastRole = {
	/** See logs and deploys. */
	read: 'viewer',
	/** Send logs and run deploys. */
	write: 'member',
	/** Make, see and revoke API keys. */
	keys: 'admin',
	/** Invite people, give them roles up to admin, remove them. */
	members: 'admin',
	/** Change the name, the address and the retention. */
	settings: 'admin',
	/** See who did what. */
	audit: 'admin',
	/** Make owners, change what owners are, and remove them. */
	owners: 'owner',
	/** Delete the organization. */
	delete: 'owner'
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof leastRole;

/** Whether a role covers a permission. */
export function may(role: Role, permission: Permission): boolean {
	return roles.indexOf(role) >= roles.indexOf(leastRole[permission]);
}

/** Everything that a role may, for a page that shows nothing else. */
export function permissionsOf(role: Role): Permission[] {
	return (Object.keys(leastRole) as Permission[]).filter((permission) => may(role, permission));
}

/** Whether who has a role may turn somebody from one role into another (null: no member). Owners are for owners. */
export function mayChange(role: Role, from: Role | null, to: Role | null): boolean {
	const concernsOwner = from === 'owner' || to === 'owner';
	return may(role, concernsOwner ? 'owners' : 'members');
}
