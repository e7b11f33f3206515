import pino from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Append } from '../../src/lib/server/logs/append.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { connections, LogWriter } from '../../src/lib/server/logs/writer.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { line, makeOrganization } from '../support/logs/lines.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

/** A writer whose statements may take so long, in ms. */
function writing(statementMs?: number) {
	const sql = connect(database.url, { max: connections, ...(statementMs && { statementMs }) });
	onTestFinished(() => sql.end({ timeout: 1 }));
	const log = pino({ level: 'silent' });
	return new LogWriter({ sql, store: logStore(sql), log, committed() {} });
}

const request = (org: string, message: string): Append => ({
	...{ org, entries: [line(message)], bytes: 100, idempotencyKey: null },
	report: { accepted: 1, rejected: 0 }
});

test('an append that waits too long for a lock is no fault of its lines: it may be sent again', async () => {
	const writer = writing(200);
	const org = await makeOrganization(database.sql);
	await database.sql.begin(async (locking) => {
		await locking`SELECT FROM log_heads WHERE org_id = ${org} FOR UPDATE`;
		expect(await writer.append(request(org, 'too early'))).toEqual({ kind: 'busy' });
	});
	expect(await writer.append(request(org, 'again'))).toMatchObject({
		kind: 'stored',
		answer: { first_seq: 1 }
	});
});

test.each([
	{ rollbacks: 3, kind: 'stored', tries: 4 },
	{ rollbacks: 9, kind: 'busy', tries: 4 }
])(
	'an append that PostgreSQL rolls back $rollbacks times, as after a deadlock, is tried again: $kind',
	async ({ rollbacks, kind, tries }) => {
		const { sql } = database;
		await sql.unsafe(`
			CREATE SEQUENCE tries;
			CREATE FUNCTION roll_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				IF nextval('tries') <= ${rollbacks} THEN RAISE 'deadlock detected' USING ERRCODE = '40P01'; END IF;
				RETURN NEW;
			END $$;
			CREATE TRIGGER roll_back BEFORE UPDATE ON log_heads FOR EACH ROW EXECUTE FUNCTION roll_back()`);
		onTestFinished(
			() =>
				sql.unsafe(
					'DROP TRIGGER roll_back ON log_heads; DROP FUNCTION roll_back; DROP SEQUENCE tries'
				) as never
		);
		const org = await makeOrganization(sql);
		expect(await writing().append(request(org, 'one'))).toMatchObject({ kind });
		expect((await sql`SELECT last_value FROM tries`)[0]?.last_value).toBe(tries);
		const { items } = await logStore(sql).after(org, 0, 10);
		expect(items).toHaveLength(kind === 'stored' ? 1 : 0);
	}
);
