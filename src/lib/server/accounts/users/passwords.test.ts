import { describe, expect, test } from 'vitest';
import { fault, passwords } from './passwords.ts';

test('a password is verified against its own hash alone', async () => {
	const { hash, verify, verifyNobody } = passwords();
	const kept = await hash('correct horse');
	expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
	expect(await verify(kept, 'correct horse')).toBe(true);
	expect(await verify(kept, 'Correct horse')).toBe(false);
	expect(await verifyNobody('correct horse')).toBe(false);
});

test('characters that look and mean the same are the same, whatever keyboard typed them', async () => {
	const { hash, verify } = passwords();
	expect(await verify(await hash('caf\u00e9 \ufb01ne'), 'cafe\u0301 fine')).toBe(true);
});

test('the same password never has the same hash', async () => {
	const { hash } = passwords();
	expect(await hash('correct horse')).not.toBe(await hash('correct horse'));
});

describe('a password for an account', () => {
	test.each([
		'password',
		'PassWord1',
		'12345678',
		'qwertyuiop',
		'baseball1',
		'\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18'
	])('is not one of the common ones: %s', (text) =>
		expect(fault(text, 'ada@example.com')).toMatch(/^This password is too common/)
	);

	test.each([
		'tailrace',
		'Tailrace2026!',
		'lovelace.1',
		'1lovelace1',
		'Analytical Engines',
		'analytical-engines7'
	])('is no word from around it: %s', (text) => {
		const words = ['Analytical Engines'];
		expect(fault(text, 'lovelace@example.com', words)).toMatch(/^This password is too easy to guess/);
	});

	test.each([
		'correct horse battery',
		'baseball on tailrace',
		'lovelace rides',
		'tailrace-90417362',
		'ada-94713',
		'        '
	])('may contain anything: %j', (text) => expect(fault(text, 'lovelace@example.com', ['Ada'])).toBeNull());

	test('is not the address, and is as long as it should be', () => {
		expect(fault('ADA@example.com', 'ada@example.com')).toMatch(/^Use something else/);
		expect(fault('a'.repeat(7), 'ada@example.com')).toBe('Use at least 8 characters.');
		expect(fault('a'.repeat(129), 'ada@example.com')).toBe('Use at most 128 characters.');
	});
});
