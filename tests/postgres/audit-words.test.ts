import { readFile } from 'node:fs/promises';
import { v7 as uuid } from 'uuid';
import { expect, onTestFinished, test } from 'vitest';
import { actions } from '../../src/lib/server/audit/audit.ts';
import { testDatabase } from '../support/server/database.ts';

const before = [
	'failed to prove their password',
	'made the organization',
	'transferred the ownership',
	'used an invitation as a member already',
	'made an API key',
	'made an instance admin',
	'withdrew an instance admin',
	'signed in'
];

test('events that were recorded under the old names of actions are found under the new ones', async () => {
	const { sql, drop } = await testDatabase();
	onTestFinished(drop);
	for (const action of before) {
		await sql`INSERT INTO audit_events (id, actor, action) VALUES (${uuid()}, 'ada', ${action})`;
	}
	await sql.unsafe(await readFile('drizzle/postgres/0010_audit_words.sql', 'utf8'));
	const found = await sql<{ action: string }[]>`SELECT action FROM audit_events ORDER BY id`;
	expect(found.map(({ action }) => action)).toEqual([
		'entered a wrong password',
		'created the organization',
		'transferred ownership',
		'used an invitation while already a member',
		'created an API key',
		'added an instance admin',
		'removed an instance admin',
		'signed in'
	]);
	expect(found.filter(({ action }) => !(actions as readonly string[]).includes(action))).toEqual([]);
});
