/** Which lines continue a stack trace, by how runtimes print them. Pure: one line in, the next state out. */

/**
 * What an entry has been so far. `text`: nothing special. `json`: whole, so nothing continues it. `trace`: frames of Java, .NET,
 * Node, Ruby or PHP. `python`: inside a traceback; `raised`: after its last line; `chained`: before the next one. `go`, and
 * `rust` after `panicked`, the line before its message. `source`, `code`, `caret`, `thrown`: the steps of Node's report of an
 * error that nobody caught.
 */
export type State =
	| 'text'
	| 'json'
	| 'trace'
	| 'python'
	| 'raised'
	| 'chained'
	| 'go'
	| 'panicked'
	| 'rust'
	| 'source'
	| 'code'
	| 'caret'
	| 'thrown';

/** Longer lines are not matched against patterns that look at both ends. */
const longestFrame = 2_000;

const traceback = /^(?:Exception Group )?Traceback \(most recent call last\):\s*$/;
const tracebackAtEnd = /\bTraceback \(most recent call last\):\s*$/;
/** A qualified class of Java, Kotlin or Scala, as printStackTrace begins. */
const qualified = /^(?:[\w$]+\.){1,20}[\w$]*(?:Exception|Error|Throwable)(?::|$)/;
const goHead = /^(?:panic: |fatal error: |goroutine \d+ \[|SIG[A-Z]+: )/;
const nodePlace = /^(?:\/|file:\/\/|node:|[A-Z]:\\).*:\d+$/;

/** The state of an entry whose first line this is. */
export function opening(line: string): State {
	if (line.startsWith('{') && line.endsWith('}')) return 'json';
	if (line.length > longestFrame) return 'text';
	if (tracebackAtEnd.test(line)) return 'python';
	if (goHead.test(line)) return 'go';
	if (/\bpanicked at /.test(line)) return line.endsWith(':') ? 'panicked' : 'rust';
	if (qualified.test(line)) return 'trace';
	return nodePlace.test(line) ? 'source' : 'text';
}

export interface Before {
	state: State;
	/** The first line of the entry. */
	first: string;
	/** Whether the line before began with a space or tab. */
	indented: boolean;
	/** Whether blank lines lie between. */
	gap: boolean;
}

/** The state after this line, which is not blank; null if it begins an entry of its own. */
export function following(line: string, before: Before): State | null {
	if (before.state === 'json') return null;
	if (isIndented(line)) return before.gap || isEntry(line) ? null : afterIndented(line, before.state);
	if (line.length > longestFrame) return before.state === 'panicked' ? 'rust' : null;
	return marked(line) ?? byState(line, before) ?? header(line, before) ?? closing(line, before);
}

export const isIndented = (line: string) => line.startsWith(' ') || line.startsWith('\t');

/** Lines of loggers that indent their levels, such as Rust's tracing without times: not continuations. */
const indentedEntry =
	/^\s{1,8}(?:\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)\b|\d{4}-\d\d-\d\d[T ]\d\d:|\{".*\}$)/;
const isEntry = (line: string) => line.length <= longestFrame && indentedEntry.test(line);

const indentedFrame = /^\s+(?:at |from |File "|\.\.\. \d+ |Suppressed: |--- |---> |#\d+ )/;

function afterIndented(line: string, state: State): State {
	if (state === 'panicked') return 'rust';
	if (state === 'source') return 'code';
	if (state === 'code' && /^\s*\^+\s*$/.test(line.slice(0, longestFrame))) return 'caret';
	return state === 'text' && indentedFrame.test(line.slice(0, longestFrame)) ? 'trace' : state;
}

/** What continues whatever stands before it, also after blank lines. */
const marks: [RegExp, State][] = [
	[/^Caused by\b/, 'trace'],
	[/^(?:\.\.\. \d+ (?:more|common frames)|Suppressed: )/, 'trace'],
	[/^at (?:async |new )?(?:[\w$.<>[\]#`/@-]+ ?\(|(?:file|node|https?):|\/|[A-Z]:\\)/, 'trace'],
	[/^(?:PHP )?Stack (?:trace|backtrace):/, 'trace'],
	[/^stack backtrace:/, 'rust'],
	[/^#\d+\s+.*[(:{]/, 'trace'],
	[/^PHP\s+\d+\. /, 'trace'],
	[/^(?:--- End of .*---|---> )/, 'trace'],
	[/^goroutine \d+ \[/, 'go'],
	[/^\S+\.(?:rb|erb|haml|slim|rake|ru):\d+:in [`'][^`']*'$/, 'trace']
];

function marked(line: string): State | null {
	if (!marksBegin.test(line)) return null;
	return marks.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}

/** Checked first: nearly every line begins otherwise. */
const marksBegin =
	/^(?:Caused|\.\.\.|Supp|at |PHP|[Ss]tack |#\d|---|gorou|\S+\.(?:rb|erb|haml|slim|rake|ru):)/;

const chains =
	/^(?:During handling of the above exception, another|The above exception was the direct cause)/;
/** The last line of a traceback: a class, with or without a message; but not a line of Python's basic logging. */
const raised = /^(?!(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):)[A-Za-z_][\w.]*(?::|$)/;
const goFrame =
	/^(?:[^\s:"]\S*\(.*\)$|created by |exit status |\[signal |\[recovered|panic: |\.\.\.|\w{2,6} +0x)/;
const rustFrame = /^(?:note: |\d+: )/;
const codeLine = /\bthrow\b|[;({]$| = /;

function byState(line: string, { state, gap }: Before): State | null {
	switch (state) {
		case 'python':
			return !gap && raised.test(line) ? 'raised' : null;
		case 'raised':
			return gap && chains.test(line) ? 'chained' : null;
		case 'chained':
			return traceback.test(line) ? 'python' : null;
		case 'go':
			return goFrame.test(line) ? 'go' : null;
		case 'panicked':
			return gap ? null : 'rust';
		case 'rust':
			return rustFrame.test(line) ? 'rust' : null;
		case 'source':
			return !gap && codeLine.test(line) ? 'code' : null;
		case 'code':
			return !gap && /^\^+$/.test(line) ? 'caret' : null;
		case 'caret':
			return gap ? 'thrown' : null;
		case 'thrown':
			return gap && /^Node\.js v\d/.test(line) ? 'trace' : null;
		default:
			return state === 'trace' && gap && /^Next [\w\\]+: /.test(line) ? 'trace' : null;
	}
}

/** A line that says that all is well is no reason for a trace below it. */
const calm = /\b(?:TRACE|DEBUG|INFO|NOTICE)\b|\blevel=(?:trace|debug|info)\b/;

/** How a trace begins below the line of the logger that caught it: only directly below, and once. */
function header(line: string, { state, first, gap }: Before): State | null {
	if (state !== 'text' || gap) return null;
	const next = traceback.test(line) ? 'python' : qualified.test(line) ? 'trace' : null;
	return next && !calm.test(first.slice(0, longestFrame)) ? next : null;
}

/** The end of an object printed over several lines. */
const closing = (line: string, { state, indented, gap }: Before): State | null =>
	indented && !gap && /^[}\])]{1,9}[;,]?$/.test(line) ? state : null;
