import { resolve } from '$app/paths';

interface Shown {
	user: { name: string; email: string; isInstanceAdmin: boolean };
	orgs: { slug: string; name: string }[];
}

/** The links of the top bar's menus; `current` is the slug of the open organization. */
export function menuOf({ user, orgs }: Shown, current: string | null = null) {
	return {
		user,
		orgs: orgs.map(({ slug, name }) => ({
			name,
			href: resolve('/(app)/[org]/logs', { org: slug }),
			current: slug === current
		})),
		organizations: resolve('/(app)/account/organizations'),
		links: [
			{ name: 'Account', href: resolve('/(app)/account') },
			...(user.isInstanceAdmin ? [{ name: 'Administration', href: resolve('/(app)/admin') }] : [])
		],
		signOut: resolve('/sign-out')
	};
}
