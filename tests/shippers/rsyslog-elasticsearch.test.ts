import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { proxy } from '../support/server/proxy.ts';
import { bulk } from '../../src/lib/server/ingest/protocols/bulk.ts';
import { shippers } from '../../src/routes/(app)/[org]/shippers.ts';
import { startSite, type Site } from '../support/server/site.ts';
import { expectScript, stored } from '../support/shippers/clients.ts';
import { refusing } from '../support/shippers/refusing.ts';
import { restarting } from '../support/shippers/restarting.ts';
import { hasRsyslog, startRsyslog } from '../support/shippers/rsyslog.ts';
import { messages } from '../support/shippers/syslog-messages.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { bearer } from '../support/server/calls.ts';

/** What the page of a key says, and that it tries again soon. */
function actions(url: string, key: string): string {
	const { text = '' } = shippers(url, key).find(({ name }) => name === 'rsyslog') ?? {};
	const soon = 'queue.dequeueBatchSize="100" action.resumeInterval="1")';
	return text.replace(/\)$/, ` ${soon}`);
}

async function reaches(origin: string, key: string, count: number): Promise<void> {
	const viewer = new Viewer({ origin: () => origin, headers: bearer(key) });
	await viewer.reaches(count);
	viewer.close();
}

const title = hasRsyslog('omelasticsearch')
	? 'rsyslog with omelasticsearch'
	: 'rsyslog with omelasticsearch (left out: rsyslog-elasticsearch is not installed)';

describe.skipIf(!hasRsyslog('omelasticsearch'))(title, () => {
	let site: Site;
	beforeAll(async () => void (site = await startSite()));
	afterAll(() => site.stop());

	test('sends lines that arrive whole', async () => {
		const { origin, made } = await site.tenant();
		const rsyslog = await startRsyslog(actions(origin, made.key));
		onTestFinished(() => rsyslog.stop());
		await rsyslog.take(messages(1, 1000));
		await reaches(origin, made.key, 1000);
		expectScript(await stored(origin, made.key), { service: 'shop', host: 'web-1' });
	});

	test.each(['with its template', 'in its own form'])(
		'sends a message without the blank behind its tag, %s',
		async (form) => {
			const { origin, made } = await site.tenant();
			const words = `server="${origin}/es" uid="tailrace" pwd="${made.key}" searchType="" bulkmode="on"`;
			const own = `module(load="omelasticsearch")\naction(type="omelasticsearch" ${words})`;
			const rsyslog = await startRsyslog(form === 'in its own form' ? own : actions(origin, made.key));
			onTestFinished(() => rsyslog.stop());
			const header = '<13>May  1 12:00:00 web-1 shop:';
			await rsyslog.take([`${header} hello`, `${header}   indented`]);
			await reaches(origin, made.key, 2);
			const found = await stored(origin, made.key);
			expect(found.map(({ message }) => message)).toEqual(['hello', '  indented']);
		}
	);

	test('sends lines in its own form, without a template, and they have what it says', async () => {
		const { origin, made } = await site.tenant();
		const words = `server="${origin}/es" uid="tailrace" pwd="${made.key}" searchType="" bulkmode="on"`;
		const rsyslog = await startRsyslog(
			`module(load="omelasticsearch")\naction(type="omelasticsearch" ${words})`
		);
		onTestFinished(() => rsyslog.stop());
		await rsyslog.take(messages(1, 100));
		await reaches(origin, made.key, 100);
		expectScript(await stored(origin, made.key), { service: 'system', host: 'web-1', count: 100 });
	});

	test('loses nothing while the server restarts, nor doubles', async () => {
		const server = await restarting();
		onTestFinished(() => server.stop());
		const rsyslog = await startRsyslog(actions(server.url, server.key));
		onTestFinished(() => rsyslog.stop());
		await rsyslog.take(messages(1, 500));
		await server.hasLines(100);
		const restarted = server.restart();
		await rsyslog.take(messages(501, 500));
		await restarted;
		await server.hasLines(1000);
		expectScript(await stored(server.url, server.key), { service: 'shop', host: 'web-1' });
	});

	test('sends again what was refused with 429', async () => {
		const { origin, made } = await site.tenant();
		const busy = await refusing(origin, 2, (detail, { headers }) => {
			const asked = {
				method: 'POST',
				headers: new Headers(headers as Record<string, string>),
				parameters: {}
			};
			return bulk.refuse({ status: 429, detail }, asked);
		});
		onTestFinished(() => busy.close());
		const rsyslog = await startRsyslog(actions(busy.url, made.key));
		onTestFinished(() => rsyslog.stop());
		await rsyslog.take(messages(1, 200));
		await reaches(origin, made.key, 200);
		expect(busy.refused()).toBe(2);
		expectScript(await stored(origin, made.key), { service: 'shop', count: 200, inOrder: false });
	});

	test('with a wrong key stores nothing', async () => {
		const tenant = await site.tenant();
		const posted = Promise.withResolvers<void>();
		const between = await proxy(tenant.origin, (headers) => {
			if (Number(headers['content-length'] ?? 0) > 0) posted.resolve();
			return {};
		});
		onTestFinished(() => between.close());
		const rsyslog = await startRsyslog(actions(between.url, 'tr_wrong'));
		await rsyslog.take(messages(1, 10));
		await posted.promise;
		await rsyslog.stop();
		expect(await tenant.lines()).toEqual([]);
	});
});
