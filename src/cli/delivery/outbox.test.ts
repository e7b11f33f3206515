import { Buffer } from 'node:buffer';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Outbox } from './outbox.ts';

test('whatever is appended, read and confirmed, it gives the bytes from the confirmed offset on, in memory or on disk', () => {
	const append = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => ({ bytes }));
	const confirm = fc.nat(100).map((count) => ({ count }));
	fc.assert(
		fc.property(fc.array(fc.oneof(append, confirm), { maxLength: 60 }), (steps) => {
			const outbox = new Outbox({ memory: 100, all: 10_000 });
			let all = Buffer.alloc(0);
			let from = 0;
			for (const step of steps) {
				if ('bytes' in step) {
					outbox.append(step.bytes);
					all = Buffer.concat([all, step.bytes]);
				} else {
					from = Math.min(all.length, from + step.count);
					expect(outbox.confirm(from)).toBe(true);
				}
				expect([outbox.start, outbox.end, outbox.unsent]).toEqual([from, all.length, all.length - from]);
				expect(Buffer.from(outbox.read(50))).toEqual(all.subarray(from, from + 50));
				expect(Buffer.from(outbox.read(10_000))).toEqual(all.subarray(from));
			}
			outbox.close();
		}),
		{ numRuns: 300 }
	);
});

test('what was read does not change when more is appended', () => {
	const outbox = new Outbox({ memory: 100_000, all: 1_000_000 });
	outbox.append(Buffer.from('first'));
	const read = outbox.read(5);
	outbox.confirm(5);
	outbox.append(Buffer.from('other'));
	expect(Buffer.from(read).toString()).toBe('first');
});

test('an offset that it does not hold is refused and changes nothing', () => {
	const outbox = new Outbox();
	outbox.append(Buffer.from('0123456789'));
	outbox.confirm(4);
	expect([outbox.confirm(3), outbox.confirm(11)]).toEqual([false, false]);
	expect(Buffer.from(outbox.read(99)).toString()).toBe('456789');
});

test('past its limit it keeps what it has and takes nothing more, so that there is no hole', () => {
	const outbox = new Outbox({ memory: 10, all: 20 });
	outbox.append(Buffer.alloc(15, 'a'));
	outbox.append(Buffer.alloc(6, 'b'));
	outbox.append(Buffer.alloc(1, 'c'));
	expect(outbox.fault).toContain('were waiting');
	expect(Buffer.from(outbox.read(99)).toString()).toBe('a'.repeat(15));
	outbox.close();
});

test('its temporary file has no name while it is in use', () => {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-outbox-'));
	vi.stubEnv('TMPDIR', folder);
	onTestFinished(() => {
		vi.unstubAllEnvs();
		rmSync(folder, { recursive: true });
	});
	const outbox = new Outbox({ memory: 10, all: 1000 });
	outbox.append(Buffer.alloc(500, 'a'));
	expect(readdirSync(folder)).toEqual([]);
	expect(outbox.read(1000).length).toBe(500);
	outbox.close();
});

test('without a place on disk it says so and keeps what memory holds', () => {
	vi.stubEnv('TMPDIR', '/does/not/exist');
	onTestFinished(() => void vi.unstubAllEnvs());
	const outbox = new Outbox({ memory: 10, all: 1000 });
	outbox.append(Buffer.alloc(8, 'a'));
	outbox.append(Buffer.alloc(8, 'b'));
	expect(outbox.fault).toContain('could not be kept on disk');
	expect(Buffer.from(outbox.read(99)).toString()).toBe('a'.repeat(8));
});
