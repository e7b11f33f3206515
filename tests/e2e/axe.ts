import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type axe from 'axe-core';

const program = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** The rules of WCAG 2.2 AA. */
export const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Loads axe with every page that is opened from now on. As an init script it takes 0.1 s of CPU time for each; evaluated in the
 * page, 0.4 s.
 */
export async function load(page: Page): Promise<void> {
	await page.addInitScript({ path: program });
}

/**
 * What axe finds, by the rules with these tags or by all. It runs in the page itself, because our pages have no frames:
 * @axe-core/playwright opens a second page for each analysis, in a process of its own.
 */
export async function violations(page: Page, tags?: string[]): Promise<string[]> {
	expect(page.frames(), 'the page and no frames').toHaveLength(1);
	const options: axe.RunOptions = { resultTypes: ['violations'], ...(tags && { runOnly: tags }) };
	const results = await page.evaluate((options) => window.axe.run(options), options);
	return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n   ')}`);
}

declare global {
	interface Window {
		axe: typeof axe;
	}
}
