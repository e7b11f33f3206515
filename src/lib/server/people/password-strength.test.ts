import { describe, expect, test } from 'vitest';
import { fault } from './password-strength.ts';

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
		expect(fault(text, 'lovelace@example.com', words)).toMatch(/^This password is easy to guess/);
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
		expect(fault('ADA@example.com', 'ada@example.com')).toMatch(/^Your password can’t be/);
		expect(fault('a'.repeat(7), 'ada@example.com')).toBe('Use at least 8 characters.');
		expect(fault('a'.repeat(129), 'ada@example.com')).toBe('Use at most 128 characters.');
	});

	test('is not read when it is overlong', () => {
		// Normalized, these are 54 million characters: 16 s and 3 GB.
		expect(fault('\ufdfa'.repeat(3_000_000), 'ada@example.com')).toBe('Use at most 128 characters.');
		expect(fault('e\u0301'.repeat(128), 'ada@example.com')).toBeNull();
	}, 5_000);
});
