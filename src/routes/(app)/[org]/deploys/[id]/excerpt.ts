import type { Deploys } from '$server/deploys/deploys';

/** Lines that a page begins with. */
const shown = 500;

/** Characters of a line that a page carries: it shows 2,000 of them. */
const longest = 4_000;

/**
 * The last lines of a log, or those around a line; `cursor` is where the stream goes on, in bytes, after the last of them.
 */
export async function excerpt(deploys: Deploys, org: string, id: string, around: number | null) {
	const total = deploys.positionOf(org, id)?.lines ?? 0;
	const newest = Math.max(1, total - shown + 1);
	const first = around === null ? newest : Math.max(1, Math.min(around - shown / 2, newest));
	const lines = total === 0 ? [] : await read(deploys, org, id, first);
	const last = lines.at(-1);
	const cursor = last ? last.offset + last.bytes : 0;
	return {
		rows: lines.map(({ line, offset, time, text, cut }) => {
			const seen = lastState(text);
			return { line, offset, time, text: seen.slice(0, longest), cut: cut || seen.length > longest };
		}),
		first: lines[0]?.line ?? first,
		cursor,
		complete: endsWithLineFeed(deploys, org, id, cursor),
		lines: total
	};
}

/** What is left to see of a line that overwrites itself; only where carrying all of it would be too much. */
function lastState(text: string): string {
	return text.length > longest ? text.slice(text.lastIndexOf('\r', text.length - 2) + 1) : text;
}

/** 500 lines from one on: of long lines one call gives fewer, and the page wants the last. */
async function read(deploys: Deploys, org: string, id: string, first: number) {
	const lines = await deploys.lines(org, id, first, first + shown - 1);
	for (let last = lines.at(-1); last && last.line < first + shown - 1;) {
		const more = await deploys.lines(org, id, last.line + 1, first + shown - 1);
		if (more.length === 0) break;
		lines.push(...more);
		last = more.at(-1);
	}
	return lines;
}

function endsWithLineFeed(deploys: Deploys, org: string, id: string, end: number): boolean {
	if (end === 0) return true;
	const [byte] = deploys.bytes(org, id, { from: end - 1, to: end });
	return byte?.[0] === 0x0a;
}
