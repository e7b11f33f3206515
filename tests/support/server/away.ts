import { onTestFailed, onTestFinished } from 'vitest';
import { detour, type Detour } from './detour.ts';
import { startSite, type Site } from './site.ts';

/** A site whose connection to its PostgreSQL can be cut, or hang. Both end with the test. */
export async function siteOnDetour(env: Record<string, string> = {}): Promise<{ site: Site; way: Detour }> {
	let way: Detour | undefined;
	const site = await startSite(env, async (straight) => (way = await detour(straight)).url);
	if (!way) throw new Error('the site took another way to its database');
	onTestFailed(() => void process.stderr.write(site.server.output()));
	const { close } = way;
	onTestFinished(async () => {
		await site.stop();
		close();
	});
	return { site, way };
}

/** Polls /readyz until it gives the expected answer, and returns it. */
export async function ready({ server }: Site, isReady: boolean): Promise<unknown> {
	for (;;) {
		const answer = await fetch(`${server.url}/readyz`);
		const body: unknown = await answer.json();
		if (answer.ok === isReady) return body;
	}
}
