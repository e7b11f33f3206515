import { expect, test } from 'vitest';
import { copyOut } from '../../src/lib/server/postgres/copy.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { testDatabase } from '../support/server/database.ts';

test('rows come as bytes: large ones, none, NULL; whatever comes, the connection goes on', async () => {
	const database = await testDatabase();
	const sql = connect(database.url, { max: 1 });
	try {
		const large = "CASE WHEN n > 1 THEN decode(repeat('ab', 200000), 'hex') END";
		const rows = await copyOut(sql, `SELECT int8send(n), ${large} FROM generate_series(1, 50) n`);
		expect(rows).toHaveLength(50);
		expect(rows[0]).toEqual([Buffer.from('0000000000000001', 'hex'), null]);
		expect(rows[49]?.[1]).toEqual(Buffer.alloc(200_000, 0xab));
		expect(await copyOut(sql, `SELECT int8send(1) WHERE false`)).toEqual([]);
		for (let run = 0; run < 40; run++) {
			const bytes = run * 5_000;
			const found = await copyOut(sql, `SELECT decode(repeat('00', ${bytes}), 'hex')`);
			expect(found).toEqual([[Buffer.alloc(bytes)]]);
		}
		await expect(copyOut(sql, 'SELECT int8send(1) FROM nowhere')).rejects.toThrow('nowhere');
		expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
	} finally {
		await sql.end();
		await database.drop();
	}
});
