import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';

/** Text that runs from right to left, or says that it does, reorders nothing beside it. */

/** Where each character of a text stands, from left to right as it is painted: its own text, as the eye reads it. */
function painted(element: Locator): Promise<string> {
	return element.evaluate((element) => {
		const found: { left: number; text: string }[] = [];
		const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
		for (let node = texts.nextNode(); node; node = texts.nextNode()) {
			for (let at = 0; at < (node.nodeValue ?? '').length; at++) {
				const range = document.createRange();
				range.setStart(node, at);
				range.setEnd(node, at + 1);
				const box = range.getBoundingClientRect();
				if (box.width > 0) found.push({ left: box.left, text: range.toString() });
			}
		}
		return found
			.sort((a, b) => a.left - b.left)
			.map(({ text }) => text)
			.join('');
	});
}

test('an override in a message, a service or an attribute reorders nothing, and is named', async ({
	logs,
	org
}) => {
	await org.send({
		message: 'user \u202enimda',
		service: 'w\u202eeb',
		role: '\u202dx',
		zone: 'last'
	});
	await logs.open();
	const row = logs.rows.first();
	expect(await painted(row.locator('.message'))).toBe('user nimda role=x zone=last');
	expect(await painted(row.locator('.service'))).toBe('web');
	const name = row.locator('.message .control').first();
	expect(await name.evaluate((control) => getComputedStyle(control, '::before').content)).toBe('"RLO"');

	await row.click();
	const service = logs.entry.locator('dd', { hasText: 'w\u202eeb' });
	expect(await painted(service)).toBe('web');
	expect(await painted(logs.entry.locator('pre'))).toBe('user nimda');
});

test('a deploy keeps the order of its words, whatever its parts are called', async ({ logs, org }) => {
	const deploy = {
		id: '0199',
		status: 'running',
		version: '\u202e1.2',
		environment: 'שלום',
		commit: { sha: '0775caf2', message: '\u202eFix it' }
	};
	await org.send({ message: 'deploy', service: 'w\u202eeb', deploy });
	await logs.open();
	const title = logs.list.locator('[data-mark] .title');
	expect((await painted(title)).replace(/\s+/g, ' ').trim()).toBe(
		'▲ deploy web 1.2 to םולש started · 0775caf “Fix it”'
	);
});
