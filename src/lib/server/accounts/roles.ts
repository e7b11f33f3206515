import { roles, type Role } from '../postgres/schema.ts';

/** What can be done in an organization, and the least role that may: each role may all that a lower one may. */
const leastRole = {
	/** See logs and deploys. */
	read: 'viewer',
	/** Send logs and run deploys. */
	write: 'member',
	/** Make and revoke API keys. */
	keys: 'admin'
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof leastRole;

/** Whether a role covers a permission. */
export function may(role: Role, permission: Permission): boolean {
	return roles.indexOf(role) >= roles.indexOf(leastRole[permission]);
}
