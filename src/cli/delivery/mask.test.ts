import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Mask } from './mask.ts';

const key = 'tr_Zq3-x9_Lkd72hWnP0sVb5TtYc8RmEeUoAaGgJjXx4f';
const basic = Buffer.from(`ci:${key}`).toString('base64');

/** The output if the bytes are cut at these places and time passes at some of the cuts. */
function run(secret: string, bytes: Buffer, cuts: { at: number; pause: boolean }[]): Buffer {
	const mask = new Mask(secret);
	const parts: Uint8Array[] = [];
	let from = 0;
	for (const { at, pause } of cuts.toSorted((a, b) => a.at - b.at)) {
		const to = Math.max(from, Math.min(at, bytes.length));
		parts.push(mask.push(bytes.subarray(from, to)));
		if (pause) parts.push(mask.ease());
		from = to;
	}
	parts.push(mask.push(bytes.subarray(from)), mask.end());
	return Buffer.concat(parts);
}

const cut = fc.record({ at: fc.nat(400), pause: fc.boolean() });
const cuts = fc.array(cut, { maxLength: 40 });

test('however the output is cut and whenever it pauses, the key never comes out, and everything else does byte for byte', () => {
	const other = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes));
	const almost = fc.nat(key.length - 1).map((length) => Buffer.from(key.slice(0, length)));
	const secret = fc.constant(Buffer.from(key));
	fc.assert(
		fc.property(fc.array(fc.oneof(other, almost, secret), { maxLength: 12 }), cuts, (parts, cuts) => {
			const bytes = Buffer.concat(parts);
			const whole = bytes.toString('latin1').replaceAll(key, '***');
			const out = run(key, bytes, cuts).toString('latin1');
			expect(out).not.toContain(key);
			// A pause may let a harmless beginning of the key pass before the stars that replace it.
			const settled = (text: string) => text.replace(/(?:tr_Zq3|tr_Zq|tr_Z|tr_|tr|t)+\*\*\*/g, '***');
			expect(settled(out)).toBe(settled(whole));
			if (!cuts.some(({ pause }) => pause)) expect(out).toBe(whole);
		}),
		{ numRuns: 2_000 }
	);
});

test('a key that repeats itself or looks like the stars never comes out either', () => {
	const letters = fc.string({ unit: fc.constantFrom('a', '*'), minLength: 8, maxLength: 12 });
	const output = fc.string({ unit: fc.constantFrom('a', '*'), maxLength: 80 });
	fc.assert(
		fc.property(letters, output, cuts, (secret, output, cuts) => {
			expect(run(secret, Buffer.from(output), cuts).toString('latin1')).not.toContain(secret);
		}),
		{ numRuns: 2_000 }
	);
});

test('output without a key passes as it comes, and at most a harmless piece of it waits for a moment', () => {
	const mask = new Mask(key);
	expect(String(mask.push(Buffer.from('Continue? ')))).toBe('Continue? ');
	expect(mask.holds).toBe(false);
	expect(String(mask.push(Buffer.from('start')))).toBe('star');
	expect(mask.holds).toBe(true);
	expect(String(mask.ease())).toBe('t');
	expect(String(mask.push(Buffer.from('r_ail\n')))).toBe('r_ail\n');
});

test('more than a harmless piece of the key waits until it is clear what it is', () => {
	const mask = new Mask(key);
	mask.push(Buffer.from(key.slice(0, 20)));
	expect([mask.holds, mask.ease().length]).toEqual([false, 0]);
	expect(String(mask.push(Buffer.from('!')))).toBe(`${key.slice(0, 20)}!`);
});

test.each([
	[
		'in an address',
		`https://x:${encodeURIComponent('p/ss+word=90')}@host`,
		'p/ss+word=90',
		'https://x:***@host'
	],
	[
		'of Basic authorization',
		`Authorization: Basic ${basic}`,
		key,
		/^Authorization: Basic \S{1,6}\*\*\*\S{0,3}$/
	],
	['without a user', Buffer.from(`:${key}`).toString('base64'), key, /^\S{1,4}\*\*\*\S{0,3}$/],
	['of base64 alone', Buffer.from(key).toString('base64'), key, /^\*\*\*\S{0,3}$/],
	['of base64 alone for addresses', Buffer.from(key).toString('base64url'), key, /^\*\*\*\S{0,3}$/]
])('the form %s is replaced as well', (_, output, secret, expected) => {
	expect(run(secret, Buffer.from(output), []).toString()).toMatch(expected);
	expect(new Mask(secret).hide(output)).toMatch(expected);
});

test('what is too short to be a key is not looked for', () => {
	expect(String(run('e', Buffer.from('every letter'), []))).toBe('every letter');
});
