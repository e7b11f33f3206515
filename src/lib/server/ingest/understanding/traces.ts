import { severityOf } from '../../../log/entry.ts';

/** Characters of a text that are searched for the first call of a stack. */
const reach = 4096;
/** A class of Java, .NET, JavaScript or Python: java.lang.IllegalStateException, TypeError. */
const thrown = /(?:Uncaught )?(?:[A-Za-z_$][\w$]{0,63}\.){0,16}[A-Z][\w$]{0,63}(?=:| \[|[\n\r])/y;
const isException = /\.|(?:Error|Exception)$/;
const call = /\n[ \t]{1,16}at [^\n]/;

/** What runtimes print before an exception that nobody caught. */
const beginnings = [
	/Traceback \(most recent call last\):/y,
	/Exception in thread "[^"\n]{1,128}" [\w.$]/y,
	/Caused by: (?:[\w$]{1,64}\.){0,16}(?:[\w$]{1,64}\.[\w$]|[A-Z]\w{0,64}(?:Error|Exception)\b)/y,
	/Unhandled [Ee]xception[.:] [\w.]/y,
	/thread '[^'\n]{1,128}' (?:\(\d{1,10}\) )?panicked at /y
];
/**
 * The severity of an exception that begins at `at` with its stack, or as runtimes announce it; null if none does. `feed` is
 * where the text's first line ends, -1 if it is its only one.
 */
export function levelAt(text: string, at: number, feed: number): number | null {
	const mayBegin = 'TECUt'.includes(text.charAt(at));
	if (mayBegin && beginnings.some((beginning) => matches(beginning, text, at))) return severityOf('error');
	if (feed < at) return null;
	thrown.lastIndex = at;
	const name = thrown.exec(text)?.[0];
	if (name === undefined || !isException.test(name)) return null;
	return call.test(text.slice(thrown.lastIndex, at + reach)) ? severityOf('error') : null;
}

function matches(pattern: RegExp, text: string, at: number): boolean {
	pattern.lastIndex = at;
	return pattern.test(text);
}
