/** A URL sent by others, if it leads to a web page: a link must never run a script. */
export function of(address: string | null): string | null {
	if (address === null || !URL.canParse(address)) return null;
	return /^https?:$/.test(new URL(address).protocol) ? address : null;
}
