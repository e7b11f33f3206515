/** One thing that must hold. */
export interface Row {
	what: string;
	count: string;
	must: string;
	ok: boolean;
}

/** As Markdown, aligned, so that it can be kept in docs/soak.md as it is. */
export function tableOf(rows: readonly Row[]): string {
	const cells = rows.map(({ what, count, must, ok }) => [what, count, must, ok ? 'yes' : 'NO']);
	const all = [['what', 'count', 'must', 'ok'], ...cells];
	const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
	const line = (row: readonly string[]) =>
		`| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	const [head = [], ...body] = all;
	return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

export const count = (value: number) =>
	new Intl.NumberFormat('en', { maximumFractionDigits: 0 }).format(value);

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
