import { describe } from './details.ts';
import type { InstanceEvent, ListedEvent } from './list.ts';

export const formats = ['csv', 'ndjson'] as const;
export type Format = (typeof formats)[number];

export const contentTypes: Record<Format, string> = {
	csv: 'text/csv; charset=utf-8; header=present',
	ndjson: 'application/x-ndjson'
};

type Exported = ListedEvent & Partial<Pick<InstanceEvent, 'org'>>;
type Value = string | null;

/** An export, written as its reader takes it. Before each batch but the first `goOn` is asked: what it throws ends it. */
export async function* write(
	batches: AsyncIterable<Exported[]>,
	format: Format,
	{ withOrg = false, goOn }: { withOrg?: boolean; goOn(): Promise<unknown> }
): AsyncGenerator<Uint8Array, void> {
	const encoder = new TextEncoder();
	if (format === 'csv')
		yield encoder.encode(row(columns.filter((name) => withOrg || name !== 'organization')));
	let isFirst = true;
	for await (const events of batches) {
		if (!isFirst) await goOn();
		isFirst = false;
		const lines = events.map((event) =>
			format === 'csv' ? csvOf(event, withOrg) : ndjsonOf(event, withOrg)
		);
		if (lines.length > 0) yield encoder.encode(lines.join(''));
	}
}

const columns = ['time', 'actor', 'action', 'target', 'details', 'address', 'organization'];

function csvOf({ at, actor, action, target, details, address, org }: Exported, withOrg: boolean): string {
	const cells = [at.toISOString(), actor, action, target, describe(details).join('; '), address];
	return row(withOrg ? [...cells, org?.slug ?? null] : cells);
}

function ndjsonOf({ id, at, actor, action, target, details, address, org }: Exported, withOrg: boolean) {
	const event = { id, time: at.toISOString(), actor, action, target, details, address };
	return `${JSON.stringify(withOrg ? { ...event, organization: org?.slug ?? null } : event)}\n`;
}

/** RFC 4180, section 2. */
function row(cells: Value[]): string {
	return `${cells.map((cell) => (cell === null ? '' : quoted(defused(cell)))).join(',')}\r\n`;
}

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** What a spreadsheet would take for a formula becomes text (OWASP, "CSV Injection"). */
const defused = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
