import type { Screen } from '$log/terminal';
import type { Deploys } from '$server/deploys/deploys';
import type { Row } from '$server/deploys/rows';

/** Rows that a page begins with. */
const shown = 500;

/** Characters of a row that a page carries, including sequences: it shows 2,000 of them. */
const longest = 4_000;

/** Where the stream continues, in bytes, and the terminal it continues in. */
export interface Tip {
	cursor: number;
	screen: Screen<{ line: number; time: string | null }>;
}

/** The last rows of a log with its tip, or those around a line; then `tip` is null if others follow them. */
export async function excerpt(deploys: Deploys, org: string, id: string, around: number | null) {
	const lines = (await deploys.positionOf(org, id))?.lines ?? 0;
	if (around === null || around > lines - shown / 2) return { ...(await tail(deploys, org, id)), lines };
	const first = Math.max(1, around - shown / 2);
	const { rows, end } = await deploys.rows(org, id, first, first + shown - 1);
	return end ? { ...(await tail(deploys, org, id)), lines } : { rows: rows.map(shorten), tip: null, lines };
}

async function tail(deploys: Deploys, org: string, id: string): Promise<{ rows: Row[]; tip: Tip }> {
	const { rows, cursor, screen } = await deploys.lastRows(org, id, shown);
	const hidden = screen.hidden.map(
		(tag) => tag && { line: tag.line, time: new Date(tag.time).toISOString() }
	);
	return { rows: rows.map(shorten), tip: { cursor, screen: { ...screen, hidden } } };
}

function shorten(row: Row): Row {
	if (row.text.length <= longest) return row;
	// Half of a sequence would show as text.
	return { ...row, text: row.text.slice(0, longest).replace(/\x1b[^\x1b]{0,300}$/, ''), cut: true }; // eslint-disable-line no-control-regex
}
