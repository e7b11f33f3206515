import { expect, type Page } from '@playwright/test';

/**
 * What can be pressed is 24 px wide and high (WCAG 2.5.8), what a page unfolds included. Links in a sentence are as high as its
 * lines. The lines of a log are 20 px: each is one target as wide as the list, and 24 px high for a finger.
 */
export async function expectTargets(page: Page, name: string): Promise<void> {
	const small = await page.evaluate(() => {
		const pressed = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option]';
		const isShown = (element: Element) =>
			element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 1;
		const isInSentence = (element: Element) => {
			if (getComputedStyle(element).display !== 'inline') return false;
			const around = element.parentElement?.closest('p, li, td, dd, div, span')?.textContent ?? '';
			return around.trim() !== element.textContent.trim();
		};
		/** A label is pressed for what it holds. */
		const targetOf = (element: Element) =>
			element.matches('input') ? (element.closest('label') ?? element) : element;
		for (const details of document.querySelectorAll('details')) details.open = true;
		return [...document.querySelectorAll(pressed)]
			.filter(
				(element) => isShown(element) && !isInSentence(element) && !element.closest('[data-seq], [data-line]')
			)
			.map((element) => ({ element, box: targetOf(element).getBoundingClientRect() }))
			.filter(({ box }) => box.width < 24 || box.height < 24)
			.map(({ element, box }) => `${box.width}×${box.height}: ${element.outerHTML.slice(0, 200)}`);
	});
	expect(small, `targets under 24 px on ${name}`).toEqual([]);
}
