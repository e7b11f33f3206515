import { expect, test } from './fixtures.ts';

test('pointing at another organization does not make it the last one, and choosing it does', async ({
	page,
	logs,
	org,
	server
}) => {
	const other = `other-${org.slug}`;
	await server.bootstrap(other, org.email);
	await page.clock.install();
	await logs.open();
	const asked: string[] = [];
	page.on('request', (request) => void asked.push(new URL(request.url()).pathname));

	const switcher = page.getByRole('button', { name: 'other organizations' });
	await switcher.click();
	await page.getByRole('menuitem', { name: other }).hover();
	await page.clock.runFor(1_000); // longer than a pointer must rest for SvelteKit to load what it points at
	await page.evaluate(() => fetch('/healthz'));
	expect(asked).toContain('/healthz');
	expect(asked.filter((path) => path.startsWith(`/${other}`))).toEqual([]);
	await page.keyboard.press('Escape');
	await page.goto('/');
	await expect(page).toHaveURL(`/${org.slug}/logs`);

	await switcher.click();
	await page.getByRole('menuitem', { name: other }).click();
	await expect(page).toHaveURL(`/${other}/logs`);
	await page.goto('/');
	await expect(page).toHaveURL(`/${other}/logs`);

	await switcher.click();
	await page.getByRole('menuitem', { name: 'All organizations' }).click();
	await expect(page).toHaveURL('/account/organizations');
	await expect(page.getByRole('row')).toHaveCount(3);
});
