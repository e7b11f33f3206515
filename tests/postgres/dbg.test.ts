import { expect, test } from 'vitest';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { copyOut } from '../../src/lib/server/postgres/copy.ts';
import { testDatabase } from '../support/server/database.ts';
test('copies', async () => {
	const database = await testDatabase();
	const sql = connect(database.url, { max: 1 });
	await sql`CREATE TABLE blobs AS SELECT n, decode(repeat('00', n * 100000), 'hex') AS blob FROM generate_series(1, 40) n`;
	let last = '';
	const late = setInterval(() => process.stderr.write(`${last} `), 2000);
	for (let run = 0; run < 600; run++) {
		last = `${run}`;
		const found = await copyOut(sql, `SELECT blob FROM blobs WHERE n % 7 = ${run % 7}`);
		expect(found.length).toBeGreaterThan(4);
	}
	clearInterval(late);
	await sql.end(); await database.drop();
}, 50000);
