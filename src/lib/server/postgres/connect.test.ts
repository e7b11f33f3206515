import { connect as connectTo } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { lookup } from 'node:dns/promises';
import { expect, test } from 'vitest';
import { isAway } from './connect.ts';

const errorOf = (failing: Promise<unknown>) =>
	failing.then(
		() => null,
		(error: unknown) => error
	);

test('a connection that is refused, or whose host or file is not there, says that PostgreSQL is away', async () => {
	const errors = await Promise.all([
		errorOf(once(connectTo(1, '127.0.0.1'), 'connect')),
		errorOf(once(connectTo('/nowhere/.s.PGSQL.5432'), 'connect')),
		errorOf(lookup('nowhere.invalid'))
	]);
	expect(errors.map(isAway)).toEqual([true, true, true]);
});

test('so do the words of PostgreSQL and of its library', () => {
	const codes = [
		'57P01',
		'08006',
		'53300',
		'CONNECTION_CLOSED',
		'CONNECT_TIMEOUT',
		'ECONNRESET',
		'EAI_AGAIN'
	];
	expect(codes.filter((code) => !isAway({ code }))).toEqual([]);
});

test('a fault of another kind does not', async () => {
	const missing = await errorOf(readFile('/nowhere/at/all'));
	const others = [missing, { code: '23505' }, { code: 'EACCES', syscall: 'open' }, new Error('x'), null, 'x'];
	expect(others.filter(isAway)).toEqual([]);
});
