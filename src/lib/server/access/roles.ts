import { roles, type Role } from '../postgres/words.ts';

/** What can be done in an organization, and the least role required: each role may do all that a lower one may. */
const leastRole = {
	/** See logs and deploys. */
	read: 'viewer',
	/** Send logs and run deploys. */
	write: 'member',
	/** Create, see and revoke API keys. */
	keys: 'admin',
	/** Invite people, give them roles up to admin, remove them. */
	members: 'admin',
	/** Change the name, the address and the retention. */
	settings: 'admin',
	/** See who did what. */
	audit: 'admin',
	/** Make someone an owner, change an owner's role, and remove owners. */
	owners: 'owner',
	/** Delete the organization. */
	delete: 'owner'
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof leastRole;

/** Whether a role covers a permission. */
export function may(role: Role, permission: Permission): boolean {
	return roles.indexOf(role) >= roles.indexOf(leastRole[permission]);
}

/** Everything a role may do, for a page that shows nothing else. */
export function permissionsOf(role: Role): Permission[] {
	return (Object.keys(leastRole) as Permission[]).filter((permission) => may(role, permission));
}

/** Whether a role may change someone from one role to another (null: not a member). Only owners may change owners. */
export function mayChange(role: Role, from: Role | null, to: Role | null): boolean {
	const concernsOwner = from === 'owner' || to === 'owner';
	return may(role, concernsOwner ? 'owners' : 'members');
}
