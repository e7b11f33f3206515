/** Like SvelteKit's `event.cookies`. */
export interface Jar {
	get(name: string): string | undefined;
	set(name: string, value: string, options: Options): void;
	delete(name: string, options: Options): void;
}

interface Options {
	path: string;
	httpOnly?: boolean;
	sameSite?: 'lax' | 'strict';
	secure?: boolean;
	expires?: Date;
	maxAge?: number;
}

const sessionName = 'tailrace_session';
const firstKeyName = 'tailrace_first_key';

/** How long the page after sign-up shows the key unless dismissed, in seconds: a day, so that no browser keeps it forever. */
const firstKeyLifeS = 86_400;

// `secure`: whether the request came by https. Over plain http, as on a LAN, browsers drop a Secure cookie.
const sessionOptions = (secure: boolean) =>
	({ path: '/', httpOnly: true, sameSite: 'lax', secure }) as const satisfies Options;
const firstKeyOptions = (slug: string, secure: boolean) =>
	({ path: `/${slug}`, httpOnly: true, sameSite: 'strict', secure }) as const satisfies Options;

/** The session token that the browser sent, or null. */
export function session(jar: Jar): string | null {
	return jar.get(sessionName) ?? null;
}

export function setSession(
	jar: Jar,
	{ token, expiresAt }: { token: string; expiresAt: Date },
	secure: boolean
): void {
	jar.set(sessionName, token, { ...sessionOptions(secure), expires: expiresAt });
}

export function removeSession(jar: Jar, secure: boolean): void {
	jar.delete(sessionName, sessionOptions(secure));
}

/** The organization's first key, until dismissed or a day after sign-up, or null. Sent only to pages under its slug. */
export function firstKey(jar: Jar): string | null {
	return jar.get(firstKeyName) ?? null;
}

/** Hands the first key to the page after sign-up, the only place that shows it; the server keeps only its digest. */
export function setFirstKey(jar: Jar, slug: string, key: string, secure: boolean): void {
	jar.set(firstKeyName, key, { ...firstKeyOptions(slug, secure), maxAge: firstKeyLifeS });
}

export function removeFirstKey(jar: Jar, slug: string, secure: boolean): void {
	jar.delete(firstKeyName, firstKeyOptions(slug, secure));
}
