import { expect, type Page } from '@playwright/test';

/**
 * A name that holds an override (U+202E) turns nothing around but itself: it stands alone in an element that is a block or isolates,
 * as `<bdi>` does. The title of a page has no elements: there nothing follows such a name.
 */
export async function expectIsolated(page: Page, name: string): Promise<void> {
	const mixed = await page.evaluate(() => {
		const isApart = (element: Element) => {
			const { display, unicodeBidi } = getComputedStyle(element);
			return !display.startsWith('inline') || /isolate/.test(unicodeBidi) || display.startsWith('inline-');
		};
		const found: string[] = /\u202e.*·/.test(document.title) ? [`title: ${document.title}`] : [];
		const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let node = texts.nextNode(); node; node = texts.nextNode()) {
			const text = node.nodeValue ?? '';
			let around = node.parentElement;
			if (!text.includes('\u202e') || !around?.checkVisibility()) continue;
			while (around && !isApart(around)) around = around.parentElement;
			if (around?.textContent.trim() !== text.trim()) found.push(around?.outerHTML.slice(0, 300) ?? text);
		}
		return found;
	});
	expect(mixed, `names that turn around what stands beside them on ${name}`).toEqual([]);
}
