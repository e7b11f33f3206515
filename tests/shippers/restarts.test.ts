import { test, type ExpectStatic } from 'vitest';
import { expectScript, start, stored } from '../support/shippers/clients.ts';
import { freePort } from '../support/shippers/listeners.ts';
import { restarting, type Restarting } from '../support/shippers/restarting.ts';

// Side by side: they wait for their clients' pauses most of the time.
const count = 2_000;
const paced = { PACE: '100' };
/** For clients that do not wait: longer than a restart. */
const slow = { PACE: '1000' };
const fewer = 1_000;

/** Restarts the server in the middle: the client has nothing to say, and every line comes once. */
async function expectNothingLost(
	expect: ExpectStatic,
	server: Restarting,
	client: ReturnType<typeof start>
): Promise<void> {
	await server.hasLines(200);
	await server.restart();
	expect({ status: await client.ended, said: client.said() }).toEqual({ status: 0, said: '' });
	expectScript(await stored(server.url, server.key), { service: 'shop', count, inOrder: false });
}

/** The numbers of the lines that are stored, in their order. */
async function numbersAt({ url, key }: Restarting): Promise<number[]> {
	return (await stored(url, key)).map(({ message }) => Number(message.split(' ')[1]));
}

test.concurrent(
	'@fluent-org/logger, which waits for acknowledgements, loses and doubles nothing while the server restarts',
	async ({ expect, onTestFinished }) => {
		const port = freePort();
		const secret = 'correct-horse';
		const server = await restarting((slug) => ({
			FORWARD_LISTEN: `tcp://127.0.0.1:${port}?org=${slug}&secret=${secret}`
		}));
		onTestFinished(() => server.stop());
		const client = start('fluent', { port, count, env: { ...paced, ACK: '1', SECRET: secret } });
		await expectNothingLost(expect, server, client);
	}
);

test.concurrent(
	'pino-elasticsearch loses and doubles nothing while the server restarts',
	async ({ expect, onTestFinished }) => {
		const server = await restarting();
		onTestFinished(() => server.stop());
		const client = start('pino-elasticsearch', { target: server.url, key: server.key, count, env: paced });
		await expectNothingLost(expect, server, client);
	}
);

test.concurrent(
	'pino-loki never sends again: what came while the server restarts is lost, which it says, and nothing is doubled',
	async ({ expect, onTestFinished }) => {
		const server = await restarting();
		onTestFinished(() => server.stop());
		const client = start('pino-loki', { target: server.url, key: server.key, count: fewer, env: slow });
		await server.hasLines(200);
		await server.restart();
		expect(await client.ended).toBe(0);
		const numbers = await numbersAt(server);
		expect(new Set(numbers).size).toBe(numbers.length);
		if (numbers.length < fewer) expect(client.said()).toMatch(/trying to send log to loki/i);
		expect(numbers).toContain(fewer); // it goes on
	}
);

test.concurrent.for(['pino-socket', 'winston-logstash'])(
	'%s connects again when the server has restarted, and nothing is doubled: what the socket had taken may be lost',
	async (CLIENT, { expect, onTestFinished }) => {
		const port = freePort();
		const server = await restarting((slug) => ({ SYSLOG_LISTEN: `tcp://127.0.0.1:${port}?org=${slug}` }));
		onTestFinished(() => server.stop());
		const client = start('json-lines', { port, count: fewer, env: { ...slow, CLIENT, STAYS: '1' } });
		onTestFinished(() => client.stop());
		await server.hasLines(200);
		await server.restart();
		await expect.poll(async () => (await numbersAt(server)).at(-1), { timeout: 30_000 }).toBe(fewer);
		const numbers = await numbersAt(server);
		expect(new Set(numbers).size).toBe(numbers.length);
		client.finish();
		expect(await client.ended).toBe(0);
	}
);
