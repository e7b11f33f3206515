/** Numbers in JSON whose digits JavaScript would not write again: `1.0`, `9223372036854775807`, `1e3`, `-0`. */

/**
 * A number that may be one of them: with an exponent, of sixteen digits or more, with a zero at the end of its decimals, or minus
 * zero. It is looked for behind what a number can stand behind. Every repetition is bounded, because a long run of digits would
 * overflow the stack of the regular expression.
 */
export const suspect =
	/(?:^|[[:,])\s{0,40}-?(?:\d[\d.]{15}|\d{1,15}[eE]|\d{1,15}\.\d{0,14}(?:0(?![\d.])|[eE])|0(?![\d.eE]))/;

/** The text that a number was parsed from; absent in browsers that do not tell (before 2025). */
interface Context {
	source?: string;
}

/**
 * JSON.parse for people who read the values: such a number becomes its digits as text. It looks at each value, which takes several
 * times as long, only where there may be one. For small texts: deeper than some thousand levels it throws a RangeError.
 * @throws SyntaxError
 */
export function parse(text: string): unknown {
	return suspect.test(text) ? JSON.parse(text, withDigits) : JSON.parse(text);
}

function withDigits(_key: string, value: unknown, { source }: Context = {}): unknown {
	return typeof value === 'number' && source !== undefined && String(value) !== source ? source : value;
}
