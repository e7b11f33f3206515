import type { Invitation } from '$server/organizations/invitation-list';
import type { Member } from '$server/organizations/member-list';
import { mayChange } from '$server/access/roles';
import { roles, type Role } from '$server/postgres/words';

export type ShownMember = ReturnType<typeof presentMember>;
export type ShownInvitation = ReturnType<typeof presentInvitation>;

/** The roles to which someone with a role may change a member from role `from` (null: not a member). */
export function rolesFor(role: Role, from: Role | null): Role[] {
	return roles.filter((to) => mayChange(role, from, to));
}

/** A member as the table shows them to someone with a role: with what that role may do, and no more. */
export function presentMember({ since, lastSeenAt, ...member }: Member, role: Role) {
	return {
		...member,
		since: since.toISOString(),
		lastSeenAt: lastSeenAt?.toISOString() ?? null,
		roles: member.isLastOwner ? [] : rolesFor(role, member.role),
		mayRemove: !member.isLastOwner && mayChange(role, member.role, null)
	};
}

export function presentInvitation({ expiresAt, ...invitation }: Invitation, role: Role) {
	return {
		...invitation,
		expiresAt: expiresAt.toISOString(),
		mayRevoke: mayChange(role, invitation.role, null)
	};
}
