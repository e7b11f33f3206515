/** Lines that a URL points at: `#L120`, or from one to another `#L120-L140`. */

/** Both inclusive, from 1, `first` never after `last`. */
export interface LineRange {
	first: number;
	last: number;
}

/** The lines of a fragment; null if it names none. */
export function parse(hash: string): LineRange | null {
	const found = /^#L(\d{1,15})(?:-L?(\d{1,15}))?$/.exec(hash);
	if (!found) return null;
	return between(Number(found[1]), Number(found[2] ?? found[1]));
}

export function format({ first, last }: LineRange): string {
	return first === last ? `#L${first}` : `#L${first}-L${last}`;
}

/** The lines from one to another, in either order; null if one of them is invalid. */
export function between(one: number, other: number): LineRange | null {
	if (one < 1 || other < 1) return null;
	return { first: Math.min(one, other), last: Math.max(one, other) };
}

export function contains(range: LineRange | null, line: number): boolean {
	return range !== null && line >= range.first && line <= range.last;
}
