import { connect } from '../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { fill } from '../support/people/long-lists.ts';
import * as axe from './axe.ts';
import { expect, signIn, test } from './fixtures.ts';

test('hundreds of members are paged and searched, and whoever changes one stays where they are', async ({
	page,
	org,
	server
}) => {
	const sql = connect((await embedded.connectUrl(server.dataDir)) ?? '', { max: 1 });
	const [found] = await sql`SELECT id FROM organizations WHERE slug = ${org.slug}`;
	await fill(sql, found?.id, { members: 200, invitations: 60 });
	await sql.end();
	await signIn(page.request, org);
	await axe.load(page);
	await page.goto(`/${org.slug}/settings/members`);
	const members = page.getByRole('region', { name: 'Members' }).locator('tbody tr');
	const pages = page.getByRole('navigation', { name: 'Pages of members' });
	await expect(pages).toContainText('201 members, page 1 of 5');
	await pages.getByRole('link', { name: 'Next' }).click();
	await expect(page).toHaveURL(/\/members\?page=2$/);
	await page
		.getByRole('navigation', { name: 'Pages of invitations' })
		.getByRole('link', { name: 'Next' })
		.click();
	await expect(page).toHaveURL(/\/members\?page=2&invitations=2$/);
	expect(await axe.violations(page)).toEqual([]);

	const row = members.filter({ hasText: 'Somebody No-077' });
	await row.getByRole('combobox').selectOption('viewer');
	await row.getByRole('button', { name: 'Change' }).click();
	await expect(row.getByRole('status')).toHaveText('Changed.');
	await expect(page).toHaveURL(/\/members\?page=2&invitations=2$/);

	await page.getByLabel('Name or e-mail address').fill('no-077');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL(/\/members\?q=no-077$/);
	await expect(members).toHaveCount(1);
	await row.locator('summary').click();
	await row.getByRole('button', { name: 'Remove' }).click();
	await expect(pages).toHaveText('0 members');
	await expect(page.getByLabel('Name or e-mail address')).toHaveValue('no-077');
	await page.goBack();
	await expect(members).toHaveCount(50);
	await expect(row).toHaveCount(0);
});
