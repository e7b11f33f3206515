import { expect, onTestFinished, test } from 'vitest';
import { Inspector, withInspector } from '../bench/inspector.ts';
import { bearer, metric, numbers, send } from '../support/server/calls.ts';
import { testDatabase } from '../support/server/database.ts';
import { startServer } from '../support/server/server.ts';
import { makeTenant } from '../support/people/tenants.ts';
import { Viewer } from '../support/logs/viewer.ts';

const stalled = 1_000;
/** What all of them together may cost the server, in bytes of resident memory (issue 2). */
const most = 50 * 1024 * 1024;
/** The work has come to its own size when a round of it adds less, in bytes; after so many it is measured as it is. */
const steady = 1024 * 1024;
const mostRounds = 8;
/** Requests, and lines of 20 kB in each: several times what the kernel takes for a socket that nobody reads. */
const requests = 40;
const lines = 10;
/** Within this many ms of its acknowledgement a line is with who reads, once the kernel takes no more for those who do not. */
const promptly = 5_000;

test(
	'a thousand viewers that stop reading cost less than 50 MB and delay nobody',
	{ timeout: 120_000 },
	async () => {
		const { url: database, sql, drop } = await testDatabase();
		onTestFinished(drop);
		const server = await startServer({ env: { DATABASE_URL: database, ...withInspector } });
		onTestFinished(() => server.stop());
		const inside = await Inspector.attach(server.pid, server.output());
		onTestFinished(() => inside.close());
		const { key } = await makeTenant(sql);
		const open = (path: string, paused: boolean) => {
			const viewer = new Viewer({ origin: () => server.url, headers: bearer(key), path, paused });
			onTestFinished(() => viewer.close());
			return viewer.opened();
		};

		const reading = await open('/api/logs/stream?after=0', false);
		async function flow(withinMs?: number): Promise<number> {
			for (let count = 0; count < requests; count++) {
				const body = numbers(1, lines).map((line) => `${count}/${line} ${'x'.repeat(20_000)}`);
				const response = await send(server.url, key, body.join('\n'));
				await reading.reaches(((await response.json()) as { last_seq: number }).last_seq, withinMs);
			}
			return reading.seq;
		}
		const linesOut = () => metric(server.url, 'tailrace_lines_out_total');

		// What the work itself costs is there before the measurement: V8 sets memory aside for its threads in steps.
		let before = await inside.settle();
		let first = 1;
		for (let grown = Infinity, round = 0; grown > steady && round < mostRounds; round++) {
			first = (await flow()) + 1;
			const { resident } = before;
			before = await inside.settle();
			grown = before.resident - resident;
		}
		const viewers = await Promise.all(numbers(1, stalled).map(() => open('/api/logs/stream', true)));
		await inside.settle(); // what opening them leaves behind is garbage, which V8 keeps for a while
		const full = await flow();

		// Their sockets are full, or all of these lines would have been written to all of them.
		const written = await linesOut();
		expect(written).toBeLessThan(0.9 * stalled * (full - first + 1));
		const head = await flow(promptly);
		expect((await linesOut()) - written).toBe(head - full); // only to who reads
		expect(await metric(server.url, 'tailrace_streams')).toBe(stalled + 1);
		const after = await inside.settle();
		expect(after.resident - before.resident).toBeLessThan(most);
		expect(reading.lines.map(({ seq }) => seq)).toEqual(numbers(1, head));

		const resumed = viewers.slice(0, 20);
		for (const viewer of viewers.slice(resumed.length)) viewer.close();
		for (const viewer of resumed) viewer.resume();
		for (const viewer of resumed) {
			await viewer.reaches(head);
			expect(viewer.lines.map(({ seq }) => seq)).toEqual(numbers(first, head));
			expect(viewer.statuses).toEqual([200]);
		}
	}
);
