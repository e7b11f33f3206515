import { expect, test } from 'vitest';
import { passwords } from './passwords.ts';

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

test('an overlong password is a wrong one, for no work', async () => {
	const { hash, verify, verifyNobody } = passwords();
	const overlong = '\ufdfa'.repeat(3_000_000);
	expect(await verify(await hash('correct horse'), overlong)).toBe(false);
	expect(await verifyNobody(overlong)).toBe(false);
	await expect(hash(overlong)).rejects.toThrow('too long');
}, 5_000);
