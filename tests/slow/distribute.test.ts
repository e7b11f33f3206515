import { expect, test } from 'vitest';
import { distribute } from '../support/citus/scene.ts';
import { testDatabase } from '../support/server/database.ts';

test('tailrace distribute refuses plain PostgreSQL and says what to do', async () => {
	const { url, drop } = await testDatabase();
	const refused = await distribute(url);
	await drop();
	expect(refused).toMatchObject({
		status: 1,
		stderr: expect.stringMatching(/plain PostgreSQL.*CREATE EXTENSION/)
	});
});
