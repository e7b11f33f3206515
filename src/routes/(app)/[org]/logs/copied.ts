/** A selection of rows as text: one line per entry, as `curl -N` shows them. */
import * as lines from '$live/lines.ts';
import * as sequences from '$log/sequences.ts';
import * as plain from '$log/plain.ts';

const anyRow = '[data-seq], [data-mark], [data-gap]';

/**
 * The complete lines of all rows that the selection touches; null if it stays within one part of one row, which is copied as
 * selected.
 */
export function of(list: HTMLElement, rows: readonly lines.Row[], selection: Selection): string | null {
	if (selection.isCollapsed || selection.rangeCount === 0) return null;
	const range = selection.getRangeAt(0);
	const reached = [...list.querySelectorAll<HTMLElement>(anyRow)].filter((row) => reaches(range, row));
	const [only] = reached;
	if (!only || (reached.length === 1 && partsOf(only, range) < 2)) return null;
	const bySeq = new Map(rows.map((row) => [row.seq, row]));
	return reached.flatMap((row) => textOf(bySeq.get(seqOf(row)))).join('\n');
}

function textOf(row: lines.Row | undefined): string[] {
	if (!row) return [];
	if (!lines.isSkipped(row)) return [sequences.strip(plain.line(row))];
	return [`… ${row.count.toLocaleString('en')} ${row.count === 1 ? 'line' : 'lines'} not shown`];
}

function seqOf({ dataset: { seq, mark, gap } }: HTMLElement): number {
	return Number(seq ?? mark ?? gap);
}

function partsOf(row: HTMLElement, range: Range): number {
	return [...row.children].filter((part) => reaches(range, part)).length;
}

/** Whether a selection has some of the text of an element: one that ends just before it has none. */
function reaches(range: Range, element: Element): boolean {
	if (!range.intersectsNode(element)) return false;
	const within = document.createRange();
	within.selectNodeContents(element);
	if (range.compareBoundaryPoints(Range.START_TO_START, within) > 0)
		within.setStart(range.startContainer, range.startOffset);
	if (range.compareBoundaryPoints(Range.END_TO_END, within) < 0)
		within.setEnd(range.endContainer, range.endOffset);
	return within.toString().trim() !== '';
}
