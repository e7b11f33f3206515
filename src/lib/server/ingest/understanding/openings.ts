import { endOfColours } from './reading.ts';

/** Cisco: a number, and a sign for a clock that is not set: `000123: *May  1 12:00:00.123: `. */
const cisco = /(?:\d{1,10}: )?[*.]?(?=[A-Z][a-z]{2} [ \d]\d )/y;
/** Kinds of listeners before the times of Amazon's load balancers. */
const listener = /(?:https?|h2|wss?|grpcs?) (?=\d{4}-\d\d-\d\dT)/y;

/** By the code of the first character, what stands at the beginning of a line and says nothing. */
const openings: (RegExp | undefined)[] = [];
for (const [characters, opening] of [
	// NestJS: [Nest] 42  - 05/01/2024, 12:00:00 PM
	['[', /\[Nest\] \d{1,10} {1,4}- /y],
	// WebLogic: ####<May 1, 2024 12:00:00 PM UTC> <Error>
	['#', /####(?=<)/y],
	['n', /nginx: (?=\[)/y],
	['ghw', listener],
	['*.0123456789', cisco]
] as const)
	for (const character of characters) openings[character.charCodeAt(0)] = opening;

/** Behind the opening that stands at `at`, and colours; `at` if there is none. */
export function endOf(text: string, at: number): number {
	const code = text.charCodeAt(at);
	const opening = code < 0x80 ? openings[code] : undefined;
	if (opening === undefined) return at;
	opening.lastIndex = at;
	return opening.test(text) ? endOfColours(text, opening.lastIndex) : at;
}
