/** An entry as a line of text for people. */
import type { Entry } from './entry.ts';
import * as printable from './printable.ts';

/** The line as `curl -N` shows it in a terminal: always one line, whatever the message contains. */
export function line({ time, level, service, message }: Entry): string {
	return printable.line(time, level.padEnd(5), service, '', message);
}
