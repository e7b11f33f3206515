/** A head that is being read; `at` is where it was read to. */
export interface Reading {
	text: string;
	now: number;
	at: number;
	time: number | null;
	severity: number | null;
	/** Whether a time was found, be it of use or not. */
	isTimed: boolean;
	/** Where it ends; -1 if none was found outside of brackets. */
	timeEnd: number;
	/** Whether hosts and programs stand behind the time. */
	isSyslog: boolean;
	/** Whether the severity is one that programs send to syslog that do not know better. */
	isDefault: boolean;
	/** Words that were passed since the time or the last program's name. */
	passed: number;
}

export const escape = 0x1b;

/** Behind the sequences for colours (`ESC [ 1;31 m`) that stand at `at`. */
export function endOfColours(text: string, at: number): number {
	let end = at;
	while (text.charCodeAt(end) === escape && text[end + 1] === '[') {
		let last = end + 2;
		while (last < end + 18 && isParameter(text.charCodeAt(last))) last += 1;
		if (text[last] !== 'm') return end;
		end = last + 1;
	}
	return end;
}

/** A digit or a semicolon. */
const isParameter = (code: number) => (code >= 48 && code <= 57) || code === 0x3b;

/** A short text without what colours it. */
export function withoutColours(text: string): string {
	if (!text.includes('\u001b')) return text;
	let plain = '';
	for (let at = 0; at < text.length;) {
		const end = endOfColours(text, at);
		if (end === at) plain += text[at++];
		else at = end;
	}
	return plain;
}
