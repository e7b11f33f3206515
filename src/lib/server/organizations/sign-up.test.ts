import { describe, expect, test } from 'vitest';
import * as forms from '../forms/forms.ts';
import { form } from './sign-up.ts';

const password = 'correct horse battery';

describe('the form for an account', () => {
	const good = { name: ' Ada ', email: ' Ada@Example.COM ', password, organization: 'Acme' };

	test('is trimmed, and the address is lower-cased', () => {
		const values = { name: 'Ada', email: 'ada@example.com', password, organization: 'Acme' };
		expect(forms.read(form, good)).toEqual({ ok: true, values });
	});

	test.each([
		['email', 'no address'],
		['email', 'a@b@c'],
		['email', 'a\u0000@b.c'],
		['email', `${'a'.repeat(251)}@b.c`],
		['password', '1234567'],
		['password', '🐎'.repeat(7)],
		['password', 'x'.repeat(129)],
		['password', 'ADA@example.com'],
		['organization', '  '],
		['organization', 'two\nlines'],
		['organization', 'Sign in'],
		['organization', 'API'],
		['name', 'x'.repeat(101)],
		['name', '\ud800']
	])('has a fault in %s: %j', (field, value) => {
		const read = forms.read(form, { ...good, [field]: value });
		expect(read).toEqual({ ok: false, faults: { [field]: expect.stringMatching(/[.:]/) } });
	});

	test.each(['🐎'.repeat(8), 'x'.repeat(128), '        ', 'all lower case'])(
		'takes the password %j',
		(text) => {
			expect(forms.read(form, { ...good, password: text }).ok).toBe(true);
		}
	);

	test('is not read where it is overlong', () => {
		const overlong = '\ufdfa'.repeat(3_000_000);
		const read = forms.read(form, {
			name: overlong,
			email: overlong,
			password,
			organization: overlong
		});
		expect(read).toEqual({
			ok: false,
			faults: {
				name: 'Use at most 100 characters.',
				email: 'An e-mail address has at most 254 characters.',
				organization: 'Use at most 100 characters.'
			}
		});
	}, 5_000);

	test('reports every fault together', () => {
		const read = forms.read(form, { name: '', email: '', password: '', organization: '' });
		expect(read).toMatchObject({
			faults: { email: expect.any(String), password: expect.any(String), organization: expect.any(String) }
		});
	});
});
