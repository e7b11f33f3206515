import { problem } from '$server/http/problem';
import type { Line } from '$server/logs/source';

/** A line by its number, or why there is none. */
export async function lineOf(
	{ logs }: App.Locals['app'],
	org: string,
	number: string
): Promise<Line | Response> {
	if (!/^\d{1,15}$/.test(number)) return problem(404, 'A line has a number, such as /api/logs/42.');
	const seq = Number(number);
	const [found] = (await logs.after(org, seq - 1, 1)).items;
	if (found?.seq === seq) return found;
	const head = await logs.head(org);
	if (seq > head || seq < 1) return problem(404, `There is no line ${seq}: the newest is ${head}.`, { head });
	return problem(404, `Line ${seq} is no longer kept: it is older than the organization's retention.`, {
		head
	});
}
