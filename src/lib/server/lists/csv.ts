/** One row of CSV (RFC 4180, section 2); null is an empty cell. */
export function row(cells: readonly (string | null)[]): string {
	return `${cells.map((cell) => (cell === null ? '' : quoted(defused(cell)))).join(',')}\r\n`;
}

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** What a spreadsheet would treat as a formula, even with wide characters, becomes text (OWASP, "CSV Injection"). */
const defused = (text: string) => (/^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text);
