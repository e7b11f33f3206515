import type { ResolvedPathname } from '$app/types';

/** Where the menus of the top bar lead. */
export interface Menu {
	user: { name: string; email: string };
	/** The reader's first organizations, by name. */
	orgs: { name: string; href: ResolvedPathname; current: boolean }[];
	/** The page that lists the reader's organizations. */
	organizations: ResolvedPathname;
	links: { name: string; href: ResolvedPathname }[];
	signOut: ResolvedPathname;
}
