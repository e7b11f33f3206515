import type { Site, Tenant } from '../server/site.ts';

/** Lines `line <from>` and so on; every tenth is an error. */
export const numbered = (count: number, from = 1) =>
	Array.from({ length: count }, (_, index) => {
		const number = from + index;
		return { message: `line ${number}`, level: number % 10 === 0 ? 'error' : 'info' };
	});

/** A new tenant with lines `line 1` to `line <count>`. */
export async function tenantWith(site: Site, count: number): Promise<Tenant> {
	const tenant = await site.tenant();
	if (count > 0) await tenant.send(...numbered(count));
	return tenant;
}

/** Whether a stream has sent all of the event with this id. */
export const ends = (id: number) => (text: string) => new RegExp(`^id: ${id}\n(.*\n)?\n`, 'm').test(text);

/** The ids of the events in what a stream has sent. */
export const idsOf = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

/** The numbers of the lines in it: an id alone is a sign of life, which comes to a quiet reader every 15 s. */
export const linesIn = (text: string) =>
	[...text.matchAll(/^id: (\d+)\ndata:/gm)].map(([, id]) => Number(id));

export const range = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, index) => from + index);
