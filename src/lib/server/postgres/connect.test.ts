import { connect as connectTo } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { lookup } from 'node:dns/promises';
import { expect, onTestFinished, test } from 'vitest';
import { connect, isAway, isFull } from './connect.ts';

const errorOf = (failing: Promise<unknown>) =>
	failing.then(
		() => null,
		(error: unknown) => error
	);

/** A query's error on the database of a URL. */
function queryAt(url: string): Promise<unknown> {
	const sql = connect(url, { max: 1 });
	onTestFinished(() => sql.end({ timeout: 0 }));
	return errorOf(sql`SELECT 1`.execute());
}

test('a query whose host refuses it, or is not there, says that PostgreSQL is away', async () => {
	const errors = await Promise.all([
		queryAt('postgres://nobody@127.0.0.1:1/none'),
		queryAt('postgres://nobody@nowhere.invalid/none')
	]);
	expect(errors.map(isAway)).toEqual([true, true]);
});

test('the same of a socket that is no query says nothing of PostgreSQL', async () => {
	const errors = await Promise.all([
		errorOf(once(connectTo(1, '127.0.0.1'), 'connect')),
		errorOf(once(connectTo('/nowhere/.s.PGSQL.5432'), 'connect')),
		errorOf(lookup('nowhere.invalid'))
	]);
	expect(errors.map((error) => [error !== null, isAway(error)])).toEqual([
		[true, false],
		[true, false],
		[true, false]
	]);
});

test('a full disk is told from a database that is away', () => {
	expect([isFull({ code: '53100' }), isAway({ code: '53100' })]).toEqual([true, false]);
	expect([isFull({ code: '53300' }), isAway({ code: '53300' })]).toEqual([false, true]);
	expect([isFull(null), isFull('53100'), isFull(new Error('53100'))]).toEqual([false, false, false]);
});

test('the words of PostgreSQL and of its library say that it is away', () => {
	const codes = ['57P01', '08006', '53300', 'CONNECTION_CLOSED', 'CONNECT_TIMEOUT'];
	expect(codes.filter((code) => !isAway({ code }))).toEqual([]);
});

test('a fault of another kind does not', async () => {
	const missing = await errorOf(readFile('/nowhere/at/all'));
	const others = [missing, { code: '23505' }, { code: 'EACCES', syscall: 'open' }, new Error('x'), null, 'x'];
	expect(others.filter(isAway)).toEqual([]);
});
