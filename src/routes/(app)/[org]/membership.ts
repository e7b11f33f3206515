import { error, redirect } from '@sveltejs/kit';
import * as memberships from '$server/access/memberships';
import { may, type Permission } from '$server/access/roles';
import { signInFirst } from '../../actor';

interface Asked {
	locals: App.Locals;
	params: { org: string };
	url: URL;
	request: Request;
}

/**
 * The reader's membership in the organization that the URL names; for everyone else the organization does not exist. Refuses a
 * role that does not cover the request. An old address of an organization leads to its new one (307: with the same method). A
 * form sent by SvelteKit does not follow that: it is carried out, and the page reloads at the new address.
 */
export async function membershipOf(
	{ locals, params, url, request }: Asked,
	permission: Permission = 'read'
): Promise<memberships.Membership> {
	const { user } = locals;
	if (!user) return signInFirst(url);
	const membership = await read({ locals, request }, user.id, params.org);
	if (!membership) error(404, `Organization "${params.org}" not found, or you are not a member.`);
	const { org, role } = membership;
	const isSentByKit = request.headers.has('x-sveltekit-action');
	if (org.slug !== params.org && !isSentByKit) redirect(307, `/${org.slug}${restOf(url)}`);
	if (org.isSuspended) error(403, `${org.name} is suspended. Ask the administrator of this server.`);
	if (!may(role, permission)) error(403, `Your role (${role}) does not allow that.`);
	return membership;
}

/**
 * The layouts and the page of one request share one read. Not where a form is answered with the page: its action may have
 * changed the reader's membership.
 */
function read(
	{ locals, request }: Pick<Asked, 'locals' | 'request'>,
	userId: string,
	slug: string
): Promise<memberships.Membership | null> {
	const find = () => memberships.find(locals.app.sql, userId, slug);
	if (request.method !== 'GET') return find();
	return (locals.membership ??= find());
}

/** The path after the organization, which a URL may write with percent signs. */
const restOf = ({ pathname, search }: URL) => pathname.replace(/^\/[^/]*/, '') + search;
