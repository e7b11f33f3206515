import { severityOf } from '../../../log/entry.ts';

/** Characters of a text that are searched for the first call of a stack. */
const reach = 4096;
/** A class of Java, .NET, JavaScript or Python: java.lang.IllegalStateException, TypeError. */
const thrown = /(?:Uncaught )?(?:[A-Za-z_$][\w$]{0,63}\.){0,16}[A-Z][\w$]{0,63}(?=[: \n\r])/y;
const isException = /\.|(?:Error|Exception)$/;
const call = /\n[ \t]{1,16}at [^\n]/;

/** What runtimes print before an exception that nobody caught, by its first letter. */
const beginnings: Record<string, RegExp> = {
	T: /Traceback \(most recent call last\):/y,
	E: /Exception in thread "[^"\n]{1,128}" [\w.$]/y,
	C: /Caused by: (?:[\w$]{1,64}\.){0,16}(?:[\w$]{1,64}\.[\w$]|[A-Z]\w{0,64}(?:Error|Exception)\b)/y,
	U: /Unhandled [Ee]xception[.:] [\w.]/y,
	t: /thread '[^'\n]{1,128}' (?:\(\d{1,10}\) )?panicked at /y
};

/** The severity of an exception that begins at `at` with its stack or as runtimes announce it; null if none does. */
export function levelAt(text: string, at: number): number | null {
	const beginning = beginnings[text.charAt(at)];
	if (beginning !== undefined) {
		beginning.lastIndex = at;
		if (beginning.test(text)) return severityOf('error');
	}
	if (!text.includes('\n', at)) return null;
	thrown.lastIndex = at;
	const name = thrown.exec(text)?.[0];
	if (name === undefined || !isException.test(name)) return null;
	return call.test(text.slice(thrown.lastIndex, at + reach)) ? severityOf('error') : null;
}
