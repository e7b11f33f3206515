import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import * as deployRetention from '../../src/lib/server/organizations/deploy-retention.ts';
import * as forms from '../../src/lib/server/forms/forms.ts';
import * as settings from '../../src/lib/server/organizations/settings.ts';
import { atOnce } from '../support/people/at-once.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { Teams } from '../support/people/team.ts';

let database: TestDatabase;
let teams: Teams;
let people: Accounts;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = teams.people;
});
afterAll(() => database.drop());

const gone = { ok: false, status: 404, faults: { form: 'The organization was deleted.' } };

describe('the forms', () => {
	test.each([
		['', 'Enter an address.'],
		['  ', 'Enter an address.'],
		['x'.repeat(49), 'Use at most 48 characters.'],
		['mühle', 'Use the letters a to z, digits and dashes.'],
		['a b', 'Use the letters a to z, digits and dashes.'],
		['../admin', 'Use the letters a to z, digits and dashes.'],
		['-a', 'Begin and end with a letter or a digit, and use single dashes.'],
		['a-', 'Begin and end with a letter or a digit, and use single dashes.'],
		['a--b', 'Begin and end with a letter or a digit, and use single dashes.'],
		['admin', '"admin" is reserved by Tailrace: choose another.']
	])('refuse %j as an address and say why', (slug, sentence) =>
		expect(forms.read(settings.address, { slug })).toEqual({ ok: false, faults: { slug: sentence } })
	);

	test.each([
		[' Mill-7 ', 'mill-7'],
		['x'.repeat(48), 'x'.repeat(48)]
	])('take %j as an address', (typed, slug) =>
		expect(forms.read(settings.address, { slug: typed })).toEqual({ ok: true, values: { slug } })
	);

	test.each(['', '0', '-1', '1.5', '1e3', '36501', '999999', 'ten'])('refuse %j as days', (days) =>
		expect(forms.read(settings.retention, { days })).toEqual({
			ok: false,
			faults: { days: 'Enter a whole number of days, from 1 to 36500.' }
		})
	);

	test.each([
		['1', 1],
		[' 36500 ', 36_500]
	])('take %j as days', (typed, days) =>
		expect(forms.read(settings.retention, { days: typed })).toEqual({ ok: true, values: { days } })
	);

	test('take what people call themselves as a name, in one line', () => {
		expect(forms.read(settings.name, { name: ' Mühle & <b>Söhne</b> ' })).toMatchObject({
			values: { name: 'Mühle & <b>Söhne</b>' }
		});
		for (const name of ['', ' ', 'x'.repeat(101), 'a\nb', 'a\u0000b']) {
			expect(forms.read(settings.name, { name })).toMatchObject({ ok: false, faults: { name: /./ } });
		}
	});
});

describe('the name', () => {
	test('is changed, and the address stays', async () => {
		const { org, slug, owner } = await teams.team();
		expect(await people.settings.rename(org, owner, 'Admin')).toEqual({ ok: true });
		expect(await people.settings.rename(org, owner, 'Admin')).toEqual({ ok: true });
		expect(await teams.stateOf(org)).toMatchObject({ name: 'Admin', slug, old: [] });
		expect(await teams.audited(org, 'changed the name')).toEqual([
			{ actor: owner.name, target: 'Admin', details: { from: 'Mill', to: 'Admin' } }
		]);
	});

	test('changed twice at the same instant is recorded as a chain', async () => {
		const { org, owner, admin } = await teams.team(['admin']);
		await atOnce(
			database.sql,
			org,
			() => people.settings.rename(org, owner, 'One'),
			() => people.settings.rename(org, admin, 'Two')
		);
		const [first, second] = await teams.audited(org, 'changed the name');
		expect(first?.details.from).toBe('Mill');
		expect(second?.details.from).toBe(first?.details.to);
		expect(await teams.stateOf(org)).toMatchObject({ name: second?.details.to });
	});
});

describe('the retention of deploys', () => {
	test('is a year and ten of each at first; a change is recorded, with what it was', async () => {
		const { org, owner, viewer } = await teams.team(['viewer']);
		const { deployRetention } = people;
		const [first, then] = [
			{ days: 365, kept: 10 },
			{ days: 30, kept: 3 }
		];
		expect(await deployRetention.get(org)).toEqual(first);
		expect(await deployRetention.set(org, viewer, then)).toMatchObject({ ok: false });
		expect(await deployRetention.set(org, owner, then)).toEqual({ ok: true, before: first });
		expect(await deployRetention.set(org, owner, then)).toEqual({ ok: true, before: then });
		expect(await deployRetention.among([org, randomUUID()])).toEqual(new Map([[org, then]]));
		expect(await teams.audited(org, 'changed the retention of deploys')).toEqual([
			{
				actor: owner.name,
				target: 'Mill',
				details: { from: '365 days, at least 10', to: '30 days, at least 3' }
			}
		]);
	});

	test.each([
		['0', '1', 'deployDays'],
		['36501', '1', 'deployDays'],
		['', '1', 'deployDays'],
		['7', '0', 'deploysKept'],
		['7', '1001', 'deploysKept'],
		['7', '1.5', 'deploysKept']
	])('is not %j days and %j of each', (deployDays, deploysKept, at) => {
		const read = forms.read(deployRetention.form, { deployDays, deploysKept });
		expect(read).toEqual({ ok: false, faults: { [at]: expect.stringMatching(/^Enter a whole number/) } });
	});
});

describe('reading plain text', () => {
	test('is on at first; a change is recorded once', async () => {
		const { org, owner, viewer } = await teams.team(['viewer']);
		const { textReading } = people;
		expect(await textReading.get(org)).toBe(true);
		expect(await textReading.set(org, viewer, false)).toMatchObject({ ok: false });
		expect(await textReading.set(org, owner, false)).toEqual({ ok: true });
		expect(await textReading.set(org, owner, false)).toEqual({ ok: true });
		expect(await textReading.get(org)).toBe(false);
		expect(await textReading.set(org, owner, true)).toEqual({ ok: true });
		expect(await textReading.get(randomUUID())).toBeNull();
		const recorded = { actor: owner.name, target: 'Mill' };
		expect(await teams.audited(org, 'turned off reading plain text')).toMatchObject([recorded]);
		expect(await teams.audited(org, 'turned on reading plain text')).toMatchObject([recorded]);
	});
});

describe('the retention', () => {
	test('is changed and recorded, with what it was', async () => {
		const { org, owner } = await teams.team();
		expect(await people.settings.keepFor(org, owner, 7)).toEqual({ ok: true, before: 30 });
		expect(await people.settings.keepFor(org, owner, 7)).toEqual({ ok: true, before: 7 });
		expect(await people.settings.keepFor(org, owner, 90)).toEqual({ ok: true, before: 7 });
		expect(await teams.audited(org, 'changed the retention')).toEqual([
			{ actor: owner.name, target: 'Mill', details: { from: 30, to: 7 } },
			{ actor: owner.name, target: 'Mill', details: { from: 7, to: 90 } }
		]);
	});
});

test('of an organization that is not there nothing is changed, nor of any other', async () => {
	const { org, owner } = await teams.team();
	const before = await teams.stateOf(org);
	const none = randomUUID();
	expect(await people.settings.rename(none, owner, 'X')).toEqual(gone);
	expect(await people.settings.move(none, owner, 'unused')).toEqual(gone);
	expect(await people.settings.keepFor(none, owner, 1)).toEqual(gone);
	expect(await people.ownership.heirs(none)).toEqual([]);
	expect(await teams.stateOf(org)).toEqual(before);
});
