/** RFC 5424, table 1, in the names of syslog(3) and rsyslog. */
const facilities = [
	...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
	...['ntp', 'audit', 'alert', 'clock', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6'],
	'local7'
];

/** The beginning of a syslog message, `<PRI>`. */
export interface Priority {
	facility: string;
	/** 0, an emergency, to 7, debug. */
	level: number;
	/** Where the rest begins. */
	end: number;
}

/** What `<PRI>` at the beginning of a text says; null if there is none (RFC 5424, 6.2.1: 0 to 191). */
export function read(text: string): Priority | null {
	const [whole, digits] = /^<(\d{1,3})>/.exec(text) ?? [];
	if (whole === undefined || Number(digits) > 191) return null;
	const value = Number(digits);
	return { facility: facilities[value >> 3] ?? '', level: value & 7, end: whole.length };
}
