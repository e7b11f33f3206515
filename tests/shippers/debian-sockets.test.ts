import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { line } from './clients/script.mjs';
import { socketShippers } from '../../src/routes/(app)/[org]/socket-shippers.ts';
import { numbers } from '../support/server/calls.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';
import { expectScript, stored, type Expected } from '../support/shippers/clients.ts';
import { freePort } from '../support/shippers/listeners.ts';
import { areHere } from '../support/shippers/programs.ts';
import { hasRsyslog, startRsyslog } from '../support/shippers/rsyslog.ts';
import { messages, oneLine, severities } from '../support/shippers/syslog-messages.ts';
import { startSyslogNg } from '../support/shippers/syslog-ng.ts';

/** A listener each, for an organization of its own. */
const ways = [
	'rsyslog-udp',
	'rsyslog-tcp',
	'rsyslog-counted',
	'ng-udp',
	'ng-tcp',
	'logger-udp',
	'logger-tcp'
] as const;
const ports = Object.fromEntries(ways.map((way) => [way, freePort()])) as Record<
	(typeof ways)[number],
	number
>;
const tenants = new Map<string, Tenant>();
let site: Site;

beforeAll(async () => {
	const listeners = ways.map(
		(way) => `${way.endsWith('udp') ? 'udp' : 'tcp'}://127.0.0.1:${ports[way]}?org=${way}`
	);
	site = await startSite({ SYSLOG_LISTEN: listeners.join(' ') });
	for (const way of ways) {
		const tenant = await site.tenant();
		await site.database.sql`UPDATE organizations SET slug = ${way} WHERE id = ${tenant.org.id}`;
		tenants.set(way, tenant);
	}
});
afterAll(() => site.stop());

/** The configuration of a program that the page of a key shows for a listener. */
function shownFor(program: string, port: number, transport: 'tcp' | 'udp'): string {
	const listener = { protocol: 'syslog', transport, port, hasSecret: false } as const;
	const shown = socketShippers('http://127.0.0.1:3000', [listener]);
	return shown.find(({ name }) => name.startsWith(`${program} (`))?.text ?? '';
}

/** Waits for a thousand lines of the script. */
async function expectAll(way: (typeof ways)[number], expected: Partial<Expected> = {}): Promise<void> {
	const { origin, made } = tenants.get(way) as Tenant;
	const lines = () => stored(origin, made.key);
	await expect.poll(async () => (await lines()).length, { timeout: 40_000 }).toBeGreaterThanOrEqual(1_000);
	expectScript(await lines(), { service: 'shop', host: 'web-1', ...expected });
}

describe.skipIf(!hasRsyslog('imtcp'))('rsyslog, omfwd', () => {
	const forward = (port: number, more: string) =>
		`action(type="omfwd" target="127.0.0.1" port="${port}" template="RSYSLOG_SyslogProtocol23Format" ${more})`;

	test('over UDP sends lines that arrive whole', async () => {
		const rsyslog = await startRsyslog(forward(ports['rsyslog-udp'], 'protocol="udp"'));
		onTestFinished(() => rsyslog.stop());
		await rsyslog.take(messages(1, 1_000));
		await expectAll('rsyslog-udp');
	});

	test('over TCP, a line each, sends lines that arrive whole', async () => {
		const rsyslog = await startRsyslog(forward(ports['rsyslog-tcp'], 'protocol="tcp"'));
		onTestFinished(() => rsyslog.stop());
		await rsyslog.take(messages(1, 1_000, oneLine));
		await expectAll('rsyslog-tcp', { messageOf: oneLine });
	});

	test('as the page of a key says, counted, sends lines that arrive whole', async () => {
		const rsyslog = await startRsyslog(shownFor('rsyslog', ports['rsyslog-counted'], 'tcp'));
		onTestFinished(() => rsyslog.stop());
		await rsyslog.take(messages(1, 1_000));
		await expectAll('rsyslog-counted');
	});
});

describe.skipIf(!areHere('syslogNg'))('syslog-ng, syslog()', () => {
	test('over UDP sends lines that arrive whole', async () => {
		const { send } = await startSyslogNg(
			`syslog("127.0.0.1" port(${ports['ng-udp']}) transport("udp") time-reopen(1));`
		);
		await send(1, 1_000);
		await expectAll('ng-udp');
	});

	test('as the page of a key says, over TCP, sends lines that arrive whole', async () => {
		const destination =
			/syslog\(.*\);(?= \};)/.exec(shownFor('syslog-ng', ports['ng-tcp'], 'tcp'))?.[0] ?? '';
		const { send } = await startSyslogNg(destination);
		await send(1, 1_000);
		await expectAll('ng-tcp');
	});
});

describe('logger of bsdutils', () => {
	test.each([
		['logger-tcp', ['--tcp', '--octet-count']],
		['logger-udp', ['--udp']]
	] as const)('%s sends lines that arrive whole', async (way, words) => {
		const to = ['--server', '127.0.0.1', '--port', String(ports[way]), '--rfc5424=notq', '--tag', 'shop'];
		const child = spawn('logger', [...to, ...words, '--size', '30000', '--prio-prefix'], {
			stdio: ['pipe', 'ignore', 'inherit']
		});
		const ended = once(child, 'close');
		const said = numbers(1, 1_000).map((n) => {
			const { level, message } = line(n);
			return `<${8 + severities[level]}>${oneLine(message)}\n`;
		});
		child.stdin.end(said.join(''));
		expect(await ended).toEqual([0, null]);
		// The host is this machine.
		await expectAll(way, { host: undefined, timeWithinMs: null, messageOf: oneLine });
	});
});
