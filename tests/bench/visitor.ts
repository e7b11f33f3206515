import type { Browser, Page } from '@playwright/test';
import type { Account } from '../support/server/server.ts';

/** A server, and who signs in to it. */
export interface Visited {
	url: string;
	account: Account;
}

/** A page in which the owner has signed in, as a person does. */
export async function signIn(browser: Browser, { url, account }: Visited): Promise<Page> {
	const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
	await page.goto(`${url}/sign-in`);
	await page.locator('input[name=email]').fill(account.user.email);
	await page.locator('input[name=password]').fill(account.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL((at) => !at.pathname.startsWith('/sign-in'));
	return page;
}
