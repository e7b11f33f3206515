import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Reader } from '../../src/cli/tail/reader.ts';
import { bundled } from '../support/cli/cli.ts';
import { nodes, type Command } from '../support/cli/command.ts';
import { oneServer } from '../support/server/broken-scene.ts';
import { numbers, send } from '../support/server/calls.ts';
import { detour } from '../support/server/detour.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

const cli = bundled();
let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

/** Lines with so many characters each, in one request. */
const numbered = (count: number, length = 1) =>
	numbers(1, count).map((n) => ({
		message: `line ${n}`.padEnd(length, '.'),
		service: n % 2 ? 'web' : 'api'
	}));

const outcome = async ({ ended }: Command) => {
	const { status, stdout, stderr } = await ended;
	return { status, stdout: String(stdout), stderr: String(stderr) };
};

describe.each(nodes(20))('tailrace tail on Node %s', (_, node) => {
	const tail = ({ origin, made }: Pick<Tenant, 'origin' | 'made'>, ...words: string[]) =>
		cli.run(['tail', ...words], { node, url: origin, key: made.key });

	test('prints the newest lines and ends, without colors where it is piped', async () => {
		const tenant = await site.tenant();
		await tenant.send(...numbered(12), {
			...{ time: '2026-11-20T14:03:05.123Z', level: 'warn', service: 'web' },
			message: 'disk \u001b[31mfull\u001b[0m\u001b]0;title\u0007\nsecond'
		});
		const { status, stdout, stderr } = await outcome(tail(tenant, '--utc'));
		expect([status, stderr]).toEqual([0, '']);
		const lines = stdout.split('\n');
		expect(lines.map((line) => /line \d+/.exec(line)?.[0]).filter(Boolean)).toEqual(
			numbers(4, 12).map((n) => `line ${n}`)
		);
		expect(lines.slice(9)).toEqual(['2026-11-20T14:03:05.123Z warn  web  disk full↵second', '']);
	});

	test('takes a query, a service, a level and a range', async () => {
		const tenant = await site.tenant();
		await tenant.send(
			{ message: 'one timeout', service: 'web', level: 'error' },
			{ message: 'two timeout', service: 'web', level: 'info' },
			{ message: 'three timeout', service: 'api', level: 'fatal' },
			{ message: 'four', service: 'web', level: 'error' },
			{ message: 'old timeout', service: 'web', level: 'error', time: new Date(Date.now() - 7_200_000) }
		);
		const raw = async (...words: string[]) => (await outcome(tail(tenant, '-o', 'raw', ...words))).stdout;
		expect(await raw('timeout')).toBe('one timeout\ntwo timeout\nthree timeout\nold timeout\n');
		expect(await raw('timeout', '--service', 'web', '--level', 'error')).toBe('one timeout\nold timeout\n');
		expect(await raw('timeout', '--since', '1h', '--level', 'error')).toBe('one timeout\nthree timeout\n');
		expect(await raw('--from', '3h', '--to', '1h')).toBe('old timeout\n');
		expect(await raw('-n', '1', 'one OR two')).toBe('two timeout\n');
	});

	test('prints whole entries as JSON, with the digits of their numbers', async () => {
		const tenant = await site.tenant();
		await tenant.post('{"message":"m","id":9223372036854775807,"ratio":1.0}', {
			'content-type': 'application/json'
		});
		const { stdout } = await outcome(tail(tenant, '-o', 'json'));
		expect(stdout).toContain('"attributes":{"id":9223372036854775807,"ratio":1.0}');
		expect(JSON.parse(stdout)).toMatchObject({ seq: 1, message: 'm' });
	});

	test('gives every line of a range, oldest first', async () => {
		const tenant = await site.tenant();
		for (let sent = 0; sent < 3; sent++) await tenant.send(...numbered(1_000));
		const { stdout } = await outcome(tail(tenant, '--since', '1h', '-o', 'json'));
		const lines = stdout.trimEnd().split('\n');
		expect(lines.map((json) => (JSON.parse(json) as { seq: number }).seq)).toEqual(numbers(1, 3_000));
		const newest = await outcome(tail(tenant, '-n', '2500', '-o', 'json'));
		expect(newest.stdout).toBe(`${lines.slice(500).join('\n')}\n`);
	});

	test('follows, also through a server that is killed: each line once and in order', async () => {
		const scene = await oneServer();
		const { key } = await scene.servers[0]!.bootstrap();
		const { url } = scene.servers[0]!;
		const say = async (text: string) => expect((await send(url, key, text)).status).toBe(200);
		for (const text of ['old', 'newest']) await say(text);
		const command = cli.run(['tail', '-f', '-n', '1', '-o', 'raw'], { node, url, key });
		await command.saying('newest\n');
		await say('while it follows');
		await command.saying('while it follows\n');
		await scene.killServer();
		for (const text of ['after the kill', 'and on']) await say(text);
		await command.saying('and on\n');
		expect(command.said()).toBe('newest\nwhile it follows\nafter the kill\nand on\n');
		command.child.kill('SIGINT');
		const { stderr } = await outcome(command);
		expect(stderr).toMatch(/^(tailrace: (can't reach the server .*; trying again|the server is back)\n)*$/);
	});

	test('ends quietly when the reader of its output goes', async () => {
		const tenant = await site.tenant();
		await tenant.send(...numbered(1_000, 500));
		const line = `"${node}" "${cli.file}" tail -f -n 1000 -o raw | head -n 1`;
		const command = cli.shell(line, { url: tenant.origin, key: tenant.made.key });
		const { status, stdout, stderr } = await outcome(command);
		expect([status, stdout.trimEnd().replaceAll('.', ''), stderr]).toEqual([0, 'line 1', '']);
	});

	test('says why it cannot go on', async () => {
		const tenant = await site.tenant();
		const unknown = cli.run(['tail', '-f'], { node, url: tenant.origin, key: 'tr_nobody' });
		expect(await outcome(unknown)).toMatchObject({
			status: 1,
			stderr: expect.stringContaining('tailrace: the key was refused (401')
		});
		const wrong = await outcome(tail(tenant, '/(/'));
		expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('regular expression')]);
		expect(await outcome(tail(tenant, '-n', 'ten'))).toMatchObject({ status: 2, stdout: '' });
		const help = await outcome(tail(tenant, '--help'));
		expect([help.status, help.stdout.split('\n')[0]]).toEqual([0, 'Usage: tailrace tail [QUERY] [options]']);
	});
});

/** What a terminal would show, without a process around it. */
function readerOf(origin: string, { made }: Tenant, print: (entries: readonly string[]) => Promise<void>) {
	const stop = new AbortController();
	onTestFinished(() => stop.abort());
	const said: string[] = [];
	const reader = new Reader({
		asked: {
			...{ server: { url: new URL(origin), key: made.key }, query: '', lines: 0 },
			...{ from: null, to: null, follow: true },
			style: { name: 'text', isColored: false, isTerminal: true, isUtc: true }
		},
		...{ stop: stop.signal, patience: Infinity, say: (message) => said.push(message), print }
	});
	return { reader, said, stop };
}

test('a terminal that is behind is told how many lines were skipped, and shows the newest', async () => {
	const tenant = await site.tenant();
	await tenant.send({ message: 'first' });
	const shown: string[] = [];
	const [held, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	const last = 8_001;
	const { reader, said, stop } = readerOf(tenant.origin, tenant, async (entries) => {
		shown.push(...entries);
		if (shown.length > 0) await held.promise;
		if (entries.some((json) => json.startsWith(`{"seq":${last},`))) reached.resolve();
	});
	expect(await reader.find()).toEqual({ kind: 'ended' });
	const following = reader.follow();
	for (let sent = 1; sent < last; sent += 1_000) await tenant.send(...numbered(1_000, 2_000));
	held.resolve();
	await reached.promise;
	const skipped = said.map((message) =>
		Number(/^([\d,]+) lines skipped$/.exec(message)?.[1]?.replace(',', ''))
	);
	expect(skipped.reduce((sum, count) => sum + count, shown.length)).toBe(last - 1);
	expect(skipped.length).toBeGreaterThan(0);
	stop.abort();
	await following;
});

test('a history that is cut again and again goes on where it was', async () => {
	const tenant = await site.tenant();
	for (let sent = 0; sent < 3; sent++) await tenant.send(...numbered(1_000, 2_000));
	const between = await detour(tenant.origin);
	onTestFinished(() => between.close());
	const seqs: number[] = [];
	let cuts = 0;
	const { reader } = readerOf(between.url, tenant, async (entries) => {
		seqs.push(...entries.map((json) => (JSON.parse(json) as { seq: number }).seq));
		if (seqs.length < 3_000 && cuts < 3 && ++cuts) {
			between.cut();
			between.mend();
		}
	});
	await reader.find();
	expect(await reader.all()).toEqual({ kind: 'ended' });
	expect(seqs).toEqual(numbers(1, 3_000));
	expect(cuts).toBe(3);
});
