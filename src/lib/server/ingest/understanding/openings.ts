import { endOfColours } from './reading.ts';

/** Cisco: a number, and a sign for a clock that is not set: `000123: *May  1 12:00:00.123: `. */
const cisco = /(?:\d{1,10}: )?[*.]?(?=[A-Z][a-z]{2} [ \d]\d )/y;
/** Kinds of listeners before the times of Amazon's load balancers. */
const listener = /(?:https?|h2|wss?|grpcs?) (?=\d{4}-\d\d-\d\dT)/y;

/** By the first character, what stands at the beginning of a line and says nothing. */
const openings: Record<string, RegExp> = {
	// NestJS: [Nest] 42  - 05/01/2024, 12:00:00 PM
	'[': /\[Nest\] \d{1,10} {1,4}- /y,
	// WebLogic: ####<May 1, 2024 12:00:00 PM UTC> <Error>
	'#': /####(?=<)/y,
	n: /nginx: (?=\[)/y,
	h: listener,
	w: listener,
	g: listener,
	'*': cisco,
	'.': cisco
};
for (const digit of '0123456789') openings[digit] = cisco;

/** Behind the opening that stands at `at`, and colours; `at` if there is none. */
export function endOf(text: string, at: number): number {
	const opening = openings[text.charAt(at)];
	if (opening === undefined) return at;
	opening.lastIndex = at;
	return opening.test(text) ? endOfColours(text, opening.lastIndex) : at;
}
