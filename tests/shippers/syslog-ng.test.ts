import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { line } from './clients/script.mjs';
import { numbers } from '../support/server/calls.ts';
import { freePort } from '../support/server/other-postgres.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';
import { expectScript, stored } from '../support/shippers/clients.ts';
import {
	areHere,
	scratch,
	startProgram,
	syslogNgModules,
	type Program
} from '../support/shippers/programs.ts';
import { refusing } from '../support/shippers/refusing.ts';
import { restarting } from '../support/shippers/restarting.ts';

const severities = { debug: 7, info: 6, warn: 4, error: 3 };

/** The script's lines as syslog-ng gets them: RFC 5424, counted. */
function frames(first: number, count: number): Buffer {
	return Buffer.concat(
		numbers(first, first + count - 1).map((n) => {
			const { level, message, time } = line(n);
			const text = `<${8 + severities[level]}>1 ${time.toISOString()} web-1 shop - - - ${message}`;
			return Buffer.from(`${Buffer.byteLength(text)} ${text}`);
		})
	);
}

const configuration = (port: number, url: string, key: string) => `@version: 3.38
options { frac-digits(3); keep-hostname(yes); log-msg-size(65536); };
log {
	source { syslog(ip("127.0.0.1") port(${port}) transport("tcp")); };
	destination {
		http(
			url("${url}/api/logs") user("u") password("${key}")
			method("POST") headers("Content-Type: application/x-ndjson") delimiter("\\n")
			body("$(format-json message=$MESSAGE host=$HOST service=$PROGRAM level=$LEVEL time=$ISODATE)")
			batch-lines(100) batch-timeout(500) time-reopen(1) timeout(10)
		);
	};
	flags(flow-control);
};
`;

/** A syslog-ng that forwards to this server; sends it lines. */
async function forwarding(url: string, key: string) {
	const [folder, port] = [await scratch(), await freePort()];
	const file = join(folder, 'syslog-ng.conf');
	await writeFile(file, configuration(port, url, key));
	const own = ['persist-file', 'pidfile', 'control'].map((name) => `--${name}=${join(folder, name)}`);
	const program = startProgram('syslogNg', [
		`--module-path=${syslogNgModules}`,
		'-F',
		'--no-caps',
		'-f',
		file,
		'-e',
		...own
	]);
	const send = async (first: number, count: number) => {
		const socket = await connected(port, program);
		socket.end(frames(first, count));
		await once(socket, 'close');
	};
	return { program, send };
}

async function connected(port: number, program: Program) {
	for (let tries = 0; tries < 200; tries++) {
		const socket = connect(port, '127.0.0.1');
		const isOpen = await once(socket, 'connect').then(
			() => true,
			() => false
		);
		if (isOpen) return socket.resume();
		await sleep(50);
	}
	throw new Error(`syslog-ng does not listen. It said:\n${program.said()}`);
}

/** Waits until this many lines are stored, and gives them. */
async function arrived({ origin, made }: Pick<Tenant, 'origin' | 'made'>, count: number) {
	await expect.poll(async () => (await stored(origin, made.key)).length, { timeout: 40_000 }).toBe(count);
	return stored(origin, made.key);
}

describe.skipIf(!areHere('syslogNg'))('syslog-ng, its http module', () => {
	let site: Site;
	beforeAll(async () => void (site = await startSite()));
	afterAll(() => site.stop());

	test('sends lines that arrive whole', async () => {
		const tenant = await site.tenant();
		const { send } = await forwarding(tenant.origin, tenant.made.key);
		await send(1, 1_000);
		expectScript(await arrived(tenant, 1_000), { service: 'shop', host: 'web-1' });
	});

	test('with a wrong key stores nothing, and says so', async () => {
		const tenant = await site.tenant();
		const { program, send } = await forwarding(tenant.origin, 'tr_wrong');
		await send(1, 10);
		await expect.poll(() => program.said(), { timeout: 20_000 }).toContain('401');
		expect(await tenant.lines()).toEqual([]);
	});

	test('sends again what was refused with 429', async () => {
		const tenant = await site.tenant();
		const busy = await refusing(tenant.origin, 2);
		onTestFinished(() => busy.close());
		const { send } = await forwarding(busy.url, tenant.made.key);
		await send(1, 1_000);
		expectScript(await arrived(tenant, 1_000), { service: 'shop' });
		expect(busy.refused()).toBe(2);
	});

	test('loses nothing while the server restarts', async () => {
		const server = await restarting();
		onTestFinished(() => server.stop());
		const { send } = await forwarding(server.url, server.key);
		await send(1, 500);
		await server.hasLines(500);
		const restarted = server.restart();
		await send(501, 500);
		await restarted;
		await server.hasLines(1_000);
		expectScript(await stored(server.url, server.key), { service: 'shop' });
	});
});
