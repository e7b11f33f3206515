/** Any origin: only whether a URL leaves it matters. */
const here = 'http://tailrace.invalid';

/** Where to go after signing in: the requested URL, if it is a path on this site and nothing else. */
export function pathOf(next: FormDataEntryValue | null): string | null {
	if (typeof next !== 'string' || !/^\/(?![/\\])[\x21-\x7e]*$/.test(next)) return null;
	return URL.parse(next, here)?.origin === here ? next : null;
}
