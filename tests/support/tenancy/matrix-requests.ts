import type { Scene } from './matrix-scene.ts';
import { password } from '../people/people.ts';

/** The form for each action, filled in so that it succeeds if the asker may. */
const forms: Record<string, (scene: Scene) => Record<string, string>> = {
	'/[org]/settings/keys?/make': () => ({ name: 'New', scopes: 'read', expires: 'never' }),
	'/[org]/settings/keys?/revoke': ({ keyId }) => ({ id: keyId }),
	'/[org]/settings/members?/invite': ({ org }) => ({ email: `new@${org.slug}.example`, role: 'viewer' }),
	'/[org]/settings/members?/remove': ({ people }) => ({ member: people['second member'].id }),
	'/[org]/settings/members?/revoke': ({ invitation }) => ({ invitation: invitation.id }),
	'/[org]/settings/members?/role': ({ people }) => ({ member: people['second member'].id, role: 'viewer' }),
	'/[org]/settings?/address': ({ org }) => ({ slug: `${org.slug}-moved` }),
	'/[org]/settings?/deploys': () => ({ deployDays: '7', deploysKept: '1' }),
	'/[org]/settings?/delete': ({ org }) => ({ organization: org.name }),
	'/[org]/settings?/name': () => ({ name: 'Another name' }),
	'/[org]/settings?/retention': () => ({ days: '7' }),
	'/[org]/settings?/text': () => ({}),
	'/[org]/settings?/transfer': ({ people }) => ({ email: people.member.email }),
	'/account/organizations?/leave': ({ org }) => ({ organization: org.slug }),
	'/account/organizations?/make': ({ org }) => ({ organization: `More of ${org.slug}` }),
	'/account/sessions?/end': ({ people }) => ({ id: people['second member'].sessionId }),
	'/account?/email': ({ org }) => ({ email: `another@${org.slug}.example`, password }),
	'/account?/name': () => ({ name: 'Another name' }),
	'/account?/password': () => ({ password, newPassword: 'another battery, horse' }),
	'/admin/users?/grant': ({ people }) => ({ id: people['second member'].id }),
	'/admin/users?/restore': ({ people }) => ({ id: people['suspended user'].id }),
	'/admin/users?/suspend': ({ people }) => ({ id: people['second member'].id }),
	'/admin/users?/withdraw': ({ people }) => ({ id: people['instance admin'].id }),
	'/admin?/restore': ({ suspendedOrg }) => ({ id: suspendedOrg.id }),
	'/admin?/suspend': ({ org }) => ({ id: org.id }),
	'/invitations/[token]?/signUp': () => ({ name: 'New', password }),
	'/reset-password': ({ people }) => ({ email: people.owner.email }),
	'/reset-password/[token]': () => ({ password: 'another battery, horse' }),
	'/sign-up/[token]': () => ({ password }),
	'/sign-in': ({ people }) => ({ email: people.owner.email, password }),
	'/sign-up': ({ org }) => ({
		email: `somebody@${org.slug}.example`,
		password,
		organization: `Of ${org.slug}`
	})
};

/** Bodies of programs' requests. */
const bodies: Record<string, string> = {
	'POST /api/logs': 'hello',
	'POST /api/deploys': '{"service":"web"}',
	'PATCH /api/deploys/[id]/log': 'hello',
	'POST /api/deploys/[id]/finish': '{"status":"failed"}'
};

let requests = 0;

/**
 * A way into the server as a request, with everything it names taken from the scene. From a browser, API endpoints get the
 * organization as a parameter, as from the pages.
 */
export function requestOf(way: string, scene: Scene, isBrowser: boolean) {
	const [method = '', route = ''] = way.split(' ');
	const init = { method, headers: fromSomewhere() };
	const path =
		pathOf(route, scene) + (isBrowser && route.startsWith('/api/') ? `?org=${scene.org.slug}` : '');
	if (way in bodies) return { path, ...init, body: bodies[way] ?? '' };
	if (method !== 'POST') return { path, ...init };
	return { path, ...init, body: new URLSearchParams(forms[route]?.(scene) ?? {}) };
}

/** A browser's request for a page's data alone when it already has the layouts: of `nodes` nodes, for the last. */
export function dataRequestOf(way: string, scene: Scene, nodes: number) {
	const { path } = requestOf(way, scene, true);
	const wanted = '1'.padStart(nodes, '0');
	const data = `${path.replace(/\/$/, '')}/__data.json?x-sveltekit-invalidated=${wanted}`;
	return { path: data, method: 'GET', headers: fromSomewhere() };
}

/** Each request has its own address, so that no limit counts them together. */
function fromSomewhere() {
	const from = `10.${++requests >> 16}.${(requests >> 8) & 255}.${requests & 255}`;
	return { 'x-forwarded-for': from, accept: 'text/html' };
}

function pathOf(route: string, { org, deployId, keyId, invitation, tokens }: Scene): string {
	const token = Object.entries({
		'/invitations/': invitation.token,
		'/reset-password/': tokens.reset,
		'/account/confirm/': tokens.email,
		'/sign-up/': tokens.signUp
	}).find(([prefix]) => route.startsWith(prefix))?.[1];
	const path = route
		.replace('[org]', org.slug)
		.replace('[id]', route.includes('/keys/') ? keyId : deployId)
		.replace('[seq]', '1')
		.replace('[token]', token ?? '');
	if (route.endsWith('/export')) return `${path}?format=csv`;
	return path;
}
