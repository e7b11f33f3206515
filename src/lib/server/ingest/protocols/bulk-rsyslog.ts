/** The fields of rsyslog's own form and the names that say the same here (rsyslog, tools/syslogd.c, StdJSONFmt). */
const names = { fromhost: 'host', priority: 'severity', timereported: 'time' };

/**
 * Renames the fields of a document as omelasticsearch writes it without a template: alone, their names say too little. `timegenerated`,
 * when rsyslog had it, stays as it is.
 */
export function rename(document: Record<string, unknown>): void {
	if (typeof document.timereported !== 'string' || typeof document.fromhost !== 'string') return;
	for (const [from, to] of Object.entries(names)) {
		if (Object.hasOwn(document, to) || !Object.hasOwn(document, from)) continue;
		document[to] = document[from];
		delete document[from];
	}
	// The blank behind a tag is not part of the message.
	if (typeof document.message === 'string') document.message = document.message.replace(/^ /, '');
}
