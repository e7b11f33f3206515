import { json, type RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';
import { problem } from '$server/http/problem';
import { wholeNumber } from '$server/forms/whole-number';
import { noDeploy } from '../../none';
import { faults } from '$server/forms/faults';
import { streamOf } from './stream-of';

/** The most lines per answer; request more in further ones. */
const mostLines = 5_000;
const mostText = 1_000;
/** Only matches after this line: how a reader continues after the first thousand. */
const lineNumber = wholeNumber('after', 0, 999_999_999);

/** Some lines of a log, or where a text occurs in it. */
export async function selection(
	{ request, url, locals }: RequestEvent,
	org: string,
	id: string
): Promise<Response> {
	const { deploys } = locals.app;
	const position = await deploys.positionOf(org, id);
	if (!position) return noDeploy();
	const text = url.searchParams.get('q');
	if (text !== null || url.searchParams.has('failures')) {
		if (text === '' || (text?.length ?? 0) > mostText)
			return problem(400, `q takes a text of 1 to ${mostText} characters.`);
		const after = v.safeParse(lineNumber, url.searchParams.get('after') ?? '0');
		if (!after.success) return problem(400, faults(after.issues));
		const limit = text === null ? 1 : undefined;
		return json(await deploys.search(org, id, { text, after: after.output, limit }));
	}
	const name = url.searchParams.has('rows') ? 'rows' : 'lines';
	const [, first, last] = /^(\d{1,9})-(\d{1,9})$/.exec(url.searchParams.get(name) ?? '') ?? [];
	const [from, to] = [Number(first), Number(last)];
	if (!(from >= 1 && to >= from && to - from < mostLines)) {
		return problem(
			400,
			`${name} takes the first and the last line, such as 120-220, at most ${mostLines} lines.`
		);
	}
	if (name === 'rows') return json({ ...(await deploys.rows(org, id, from, to)), total: position.lines });
	const lines = await deploys.lines(org, id, from, to);
	if (request.headers.get('accept')?.includes('application/json'))
		return json({ lines, total: position.lines });
	const start = lines.at(0)?.offset ?? 0;
	const end = lines.reduce((_, { offset, bytes }) => offset + bytes, start);
	return new Response(streamOf(deploys.bytes(org, id, { from: start, to: end })), {
		headers: { 'content-type': 'text/plain; charset=utf-8' }
	});
}
