import { expect, test } from 'vitest';
import { errorPage, wantsPage } from './error-page.ts';

const template = '<title>%sveltekit.error.message%</title>%sveltekit.status% %sveltekit.error.message%';

test('says the sentence as text, whatever it holds', async () => {
	const page = errorPage(template, 403, '<b> & "$&"');
	expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
	const said = '&lt;b&gt; &amp; &quot;$&amp;&quot;';
	expect(await page.text()).toBe(`<title>${said}</title>403 ${said}`);
});

test.each([
	['a browser', '/sign-in', { accept: 'text/html,*/*' }, true],
	['a form that a script sends', '/sign-in', { accept: 'text/html', 'x-sveltekit-action': 'true' }, false],
	['a program', '/sign-in', { accept: '*/*' }, false],
	['a request without a word on it', '/sign-in', {}, false],
	['a browser that looks at the API', '/api/logs', { accept: 'text/html' }, false]
])('%s: %s', (_, path, headers, expected) => {
	const given = new Headers(Object.entries(headers));
	expect(wantsPage(new Request(`http://localhost${path}`, { headers: given }))).toBe(expected);
});
