import { line } from '../../shippers/clients/script.mjs';
import { numbers } from '../server/calls.ts';

/** Of syslog, for the levels of the script. */
export const severities = { debug: 7, info: 6, warn: 4, error: 3 };

/** Lines of the script as messages of RFC 5424. `edit` changes what they say. */
export function messages(first: number, count: number, edit = (message: string) => message): string[] {
	return numbers(first, first + count - 1).map((n) => {
		const { level, message, time } = line(n);
		return `<${8 + severities[level]}>1 ${time.toISOString()} web-1 shop - - - ${edit(message)}`;
	});
}

/** For a way on which a message is one line. */
export const oneLine = (message: string) => message.replaceAll('\n', ' ');
