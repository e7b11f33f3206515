import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import { copyOut } from '../../src/lib/server/postgres/copy.ts';
import { testDatabase } from '../support/server/database.ts';
import { startOther } from '../support/server/other-postgres.ts';

/** One connection, so that whatever it is left in shows. */
const connections: [string, () => Promise<Sql>][] = [
	['as it is', plain],
	['over TLS', overTls]
];

async function plain(): Promise<Sql> {
	const database = await testDatabase();
	onTestFinished(() => database.drop());
	return closing(connect(database.url, { max: 1 }));
}

async function overTls(): Promise<Sql> {
	const postgres = await startOther({ ssl: 'on' });
	onTestFinished(() => postgres.stop());
	const sql = closing(connect(`${postgres.url}?sslmode=require`, { max: 1 }));
	expect(await sql`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`).toEqual([{ ssl: true }]);
	return sql;
}

function closing(sql: Sql): Sql {
	onTestFinished(() => sql.end({ timeout: 1 }));
	return sql;
}

describe.for(connections)('on a connection %s', ([, open]) => {
	test('rows come as bytes: large ones, none, NULL; whatever comes, the connection goes on', async () => {
		const sql = await open();
		const large = "CASE WHEN n > 1 THEN decode(repeat('ab', 200000), 'hex') END";
		const rows = await Array.fromAsync(
			copyOut(sql, `SELECT int8send(n), ${large} FROM generate_series(1, 50) n`)
		);
		expect(rows).toHaveLength(50);
		expect(rows[0]).toEqual([Buffer.from('0000000000000001', 'hex'), null]);
		expect(rows[49]?.[1]).toEqual(Buffer.alloc(200_000, 0xab));
		expect(await Array.fromAsync(copyOut(sql, `SELECT int8send(1) WHERE false`))).toEqual([]);
		for (let run = 0; run < 40; run++) {
			const bytes = run * 5_000;
			const found = await Array.fromAsync(copyOut(sql, `SELECT decode(repeat('00', ${bytes}), 'hex')`));
			expect(found).toEqual([[Buffer.alloc(bytes)]]);
		}
		await expect(copyOut(sql, 'SELECT int8send(1) FROM nowhere').next()).rejects.toThrow('nowhere');
		expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
	});

	test.each(['refused at once', 'refused at the end'])(
		'rows that are %s fail their writer, and the connection goes on',
		async (when) => {
			const sql = await open();
			await sql`CREATE TEMP TABLE once (n int UNIQUE DEFERRABLE INITIALLY ${sql.unsafe(when === 'refused at once' ? 'IMMEDIATE' : 'DEFERRED')})`;
			const writer: Writable = await sql`COPY once FROM STDIN`.writable();
			const rows = Array.from({ length: 100_000 }, (_, n) => `${n}\n`);
			await expect(pipeline(Readable.from([...rows, '1\n']), writer)).rejects.toThrow('duplicate key');
			expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
		}
	);

	test('a reader that goes away in the middle, reading or not, leaves a connection that goes on', async () => {
		const sql = await open();
		for (const parts of [0, 1, 5]) {
			const rows: Readable =
				await sql`COPY (SELECT repeat('x', 100000) FROM generate_series(1, 200)) TO STDOUT`.readable();
			const reading = rows[Symbol.asyncIterator]();
			for (let part = 0; part < parts; part++) await reading.next();
			rows.destroy();
			expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
		}
	});
});
