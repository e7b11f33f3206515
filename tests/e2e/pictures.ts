import type { Page } from '@playwright/test';

/**
 * A picture of a page for people to look at, in test-results/screens, if PICTURES is set: 150 of them take 20 s of CPU time.
 * What a machine can see is asserted instead.
 */
export async function take(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<void> {
	if (process.env.PICTURES) await page.screenshot({ path: `test-results/screens/${name}.png`, ...options });
}
