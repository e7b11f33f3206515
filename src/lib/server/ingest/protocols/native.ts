import { refuse } from '../../http/problem.ts';
import type { Protocol } from './protocol.ts';

/** POST /api/logs: what docs/API.md promises. */
export const native: Protocol = {
	format: 'lines',
	answer(result) {
		if (result.accepted === 0)
			return refuse({ status: 400, detail: detailOf(result), fields: { ...result } });
		const body = JSON.stringify(result);
		const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
		return new Response(body, { headers });
	},
	refuse
};

/** Why nothing was stored. */
export function detailOf({ rejected }: { rejected: number }): string {
	if (rejected === 0) return 'The body is empty: send at least one line.';
	return 'Every line was rejected; "errors" says why.';
}
