/** Tells messages that end with a stack trace, of which a row shows the first line alone until the rest is asked for. */

/** How languages write the calls of a stack trace, and what stands between them. */
const call = new RegExp(
	[
		String.raw`^\s+at \S`, // JavaScript, Java, .NET
		String.raw`^\s*(?:Caused by|Suppressed): |^\s*\.\.\. \d+ (?:more|common frames)`, // Java
		String.raw`^\s+File ".*", line \d+|^Traceback \(most recent call last\):`, // Python
		String.raw`^\s+(?:from )?\S+:\d+:in `, // Ruby
		String.raw`^\s+\S+\.go:\d+|^goroutine \d+ \[`, // Go
		String.raw`^#\d+ +\S`, // PHP, gdb
		String.raw`^\s+\d+: +\S`, // Rust
		String.raw`^\S*@\S+:\d+:\d+$` // Firefox, Safari
	].join('|')
);

/** More lines than this are not looked at: a message that ends with a trace has one of them by then. */
const mostLooked = 50;

/**
 * How many lines of a message follow its first non-blank one, if they are a stack trace: at least one is a call, and so are at least
 * half of them, counting lines that are indented below one as part of it. 0 otherwise.
 */
export function linesBelow(message: string): number {
	if (!message.includes('\n')) return 0;
	const [, ...below] = message.trim().split(/\r?\n/);
	const looked = below.slice(0, mostLooked).filter((line) => line.trim() !== '');
	const calls = looked.filter((line) => call.test(line)).length;
	const indented = looked.filter((line) => !call.test(line) && /^\s/.test(line)).length;
	return calls > 0 && 2 * (calls + indented) >= looked.length ? below.length : 0;
}

/** A message with lines below cut in two: its first non-blank line, and those. */
export function cut(message: string): [first: string, below: string] {
	const said = message.trim();
	const end = said.indexOf('\n');
	return [said.slice(0, end), said.slice(end + 1)];
}
