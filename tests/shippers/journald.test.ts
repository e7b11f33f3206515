import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { line } from './clients/script.mjs';
import { numbers } from '../support/server/calls.ts';
import { startSite, type Site } from '../support/server/site.ts';
import { expectScript, stored } from '../support/shippers/clients.ts';
import { areHere, runProgram, scratch, startProgram } from '../support/shippers/programs.ts';
import { refusing } from '../support/shippers/refusing.ts';
import { restarting } from '../support/shippers/restarting.ts';

/** PRIORITY, as syslog numbers it. */
const priorities = { debug: 7, info: 6, warn: 4, error: 3 };

/** The script's lines in journald's export format; a message of several lines is in binary. */
function exported(first: number, count: number): Buffer {
	const parts: (Buffer | string)[] = [];
	for (const n of numbers(first, first + count - 1)) {
		const { level, message, time } = line(n);
		const size = Buffer.alloc(8);
		size.writeBigUInt64LE(BigInt(Buffer.byteLength(message)));
		parts.push(
			`__REALTIME_TIMESTAMP=${time.getTime()}000\n__MONOTONIC_TIMESTAMP=${n}000000\n`,
			`_BOOT_ID=0123456789abcdef0123456789abcdef\nPRIORITY=${priorities[level]}\n`,
			`_HOSTNAME=web-1\nSYSLOG_IDENTIFIER=shop\n`,
			'MESSAGE\n',
			size,
			`${message}\n\n`
		);
	}
	return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** A journal with the script's lines, made by systemd itself. */
async function journal(first: number, count: number): Promise<string> {
	const folder = await scratch();
	const [text, file] = [join(folder, 'export.txt'), join(folder, 'test.journal')];
	await writeFile(text, exported(first, count));
	await runProgram('journalRemote', ['-o', file, text]);
	return file;
}

function uploading(origin: string, key: string, file: string): string[] {
	const url = origin.replace('http://', `http://u:${key}@`);
	return [`--url=${url}/journald`, `--file=${file}`, '--follow=no'];
}

describe.skipIf(!areHere('journalRemote', 'journalUpload'))('systemd-journal-upload', () => {
	let site: Site;
	beforeAll(async () => void (site = await startSite()));
	afterAll(() => site.stop());

	test('sends a journal that arrives whole, and what it sends again arrives once', async () => {
		const { origin, made } = await site.tenant();
		const file = await journal(1, 5_000);
		await runProgram('journalUpload', uploading(origin, made.key, file));
		expectScript(await stored(origin, made.key), { service: 'shop', host: 'web-1', count: 5_000 });
		await runProgram('journalUpload', uploading(origin, made.key, file));
		expect(await stored(origin, made.key)).toHaveLength(5_000);
	});

	test('with a wrong key ends, says so, and stores nothing', async () => {
		const tenant = await site.tenant();
		const upload = startProgram('journalUpload', uploading(tenant.origin, 'tr_wrong', await journal(1, 10)));
		expect(await upload.ended).toBe(1);
		expect(upload.said()).toContain('401');
		expect(await tenant.lines()).toEqual([]);
	});

	test('ends at a 429; run again, it sends everything', async () => {
		const { origin, made } = await site.tenant();
		const busy = await refusing(origin, 1);
		onTestFinished(() => busy.close());
		const file = await journal(1, 1_000);
		expect(await startProgram('journalUpload', uploading(busy.url, made.key, file)).ended).toBe(1);
		await runProgram('journalUpload', uploading(busy.url, made.key, file));
		expectScript(await stored(origin, made.key), { service: 'shop' });
	});

	test(
		'that was cut by a crash of the server and runs again doubles nothing',
		{ timeout: 180_000 },
		async () => {
			const server = await restarting();
			onTestFinished(() => server.stop());
			const file = await journal(1, 10_000);
			const upload = startProgram('journalUpload', uploading(server.url, server.key, file));
			await server.hasLines(2_000);
			await server.restart('SIGKILL');
			await upload.ended;
			await runProgram('journalUpload', uploading(server.url, server.key, file));
			expectScript(await stored(server.url, server.key), { service: 'shop', count: 10_000 });
		}
	);
});
