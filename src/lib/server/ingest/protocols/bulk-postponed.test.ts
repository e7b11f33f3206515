import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, noItems } from './bulk-items.ts';
import { postpone } from './bulk-postponed.ts';
import type { Asked, Postponed } from './protocol.ts';

const refused = { status: 429, detail: 'Send it again.' };
const ofElastic = (): Asked => ({
	method: 'POST',
	headers: new Headers({ 'x-elastic-client-meta': 'es=9.4.3,js=24' }),
	parameters: {}
});
const body =
	'{"create":{}}\n{"message":"a"}\n\n{"delete":{"_id":"1"}}\n{"index":{"_index":"x"}}\n{"message":"b"}';

/** A body in pieces of so many bytes. */
function unread(bytes: string | Buffer, size = 7, encoding: string | null = null): Postponed {
	const all = Buffer.from(bytes);
	const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
		all.subarray(index * size, (index + 1) * size)
	);
	return { unread: { stream: Readable.from(pieces), encoding } };
}

async function operations(sent: Postponed): Promise<string[] | null> {
	const response = await postpone(refused, ofElastic(), sent);
	if (response === null) return null;
	expect(response.status).toBe(200);
	const { errors, items } = (await response.json()) as {
		errors: boolean;
		items: Record<string, { status: number }>[];
	};
	expect(errors).toBe(true);
	expect(items.every((item) => Object.values(item)[0]?.status === 429)).toBe(true);
	return items.map((item) => Object.keys(item)[0] ?? '');
}

describe('a bulk request that there is no room for', () => {
	it("is answered 429 for each action to Elastic's clients, read or not", async () => {
		expect(await operations(unread(body))).toEqual(['create', 'delete', 'index']);
		expect(await operations(unread(gzipSync(body), 5, 'gzip'))).toEqual(['create', 'delete', 'index']);
		const told = noItems();
		add(told, 'create');
		add(told, 'index', 'not JSON');
		expect(await operations({ told })).toEqual(['create', 'index']);
	});

	it('is refused plainly to all others', async () => {
		const other = { ...ofElastic(), headers: new Headers() };
		expect(await postpone(refused, other, unread(body))).toBeNull();
	});

	it('is refused plainly if its actions cannot be told', async () => {
		expect(await operations(unread('{"message":"x"}\n'))).toBeNull();
		expect(await operations(unread(`{"create":{"_id":"${'x'.repeat(20_000)}"}}\n{}\n`, 1000))).toBeNull();
		expect(await operations(unread(gzipSync(body).subarray(0, 30), 5, 'gzip'))).toBeNull();
		expect(await operations(unread(body, 7, 'br'))).toBeNull();
		expect(await operations(unread(''))).toBeNull();
		expect(await operations(unread(gzipSync(Buffer.alloc(70_000_000, 0x20)), 65_536, 'gzip'))).toBeNull();
		expect(await operations(unread('{"create":{}}\n{"a":1}\n'.repeat(50_001), 65_536))).toBeNull();
	});

	it('has the same actions however it is cut', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: body.length }), async (size) => {
				expect(await operations(unread(body, size))).toEqual(['create', 'delete', 'index']);
			}),
			{ numRuns: 50 }
		);
	});
});
