/** Lines of a deploy's log as text, for copying. */
import * as api from './deploy-api.ts';
import * as screen from './deploy-screen.ts';
import type { LineRange } from './line-range.ts';

/** What the page has of a log. */
export interface Loaded {
	rows: readonly screen.Row[];
	/** The log's line count. */
	total: number;
	/** Whether no row follows those loaded. */
	isToEnd: boolean;
}

/** Lines as text, fetched if they are not loaded. Throws if the server does not return them. */
export async function of(address: api.Address, loaded: Loaded, range: LineRange): Promise<string> {
	const here = has(loaded, range) ? within(loaded, range) : null;
	// The page carries only the beginning of a long row.
	if (here && !here.some(({ cut }) => cut)) return here.map(screen.plain).join('\n');
	const texts: string[] = [];
	for await (const rows of api.allRows(address, range.first, Math.min(range.last, loaded.total)))
		texts.push(...rows.map(screen.plain));
	return texts.join('\n');
}

function has({ rows, isToEnd }: Loaded, { first, last }: LineRange): boolean {
	return first >= (rows[0]?.line ?? Infinity) && (last <= (rows.at(-1)?.line ?? 0) || isToEnd);
}

/** The rows in the range; if no row begins there, the row of its first line. */
function within({ rows, total }: Loaded, { first, last }: LineRange): readonly screen.Row[] {
	const found = rows.filter(({ line }) => line >= first && line <= last);
	if (found.length > 0 || first > total) return found;
	const row = screen.rowOf(rows, first);
	return row === null ? [] : [row];
}
