import type { ResolvedPathname } from '$app/types';

/** Where the menus of the top bar lead. */
export interface Menu {
	user: { name: string; email: string };
	/** The first organizations of the reader, by name. */
	orgs: { name: string; href: ResolvedPathname; current: boolean }[];
	/** The page that lists the organizations of the reader. */
	organizations: ResolvedPathname;
	links: { name: string; href: ResolvedPathname }[];
	signOut: ResolvedPathname;
}
