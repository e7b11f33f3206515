import { expect, test } from 'vitest';
import { nameOf } from './device.ts';

const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';

test.each([
	['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox on Linux'],
	[`${windows} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36`, 'Chrome on Windows'],
	[
		`${windows} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
		'Microsoft Edge on Windows'
	],
	[
		'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
		'Safari on iOS'
	],
	['curl/8.14.1', 'Unknown device'],
	['no browser at all', 'Unknown device'],
	['<script>alert(1)</script>', 'Unknown device'],
	['', 'Unknown device'],
	[null, 'Unknown device']
])('%j is %s', (userAgent, name) => expect(nameOf(userAgent)).toBe(name));

test('the longest header costs next to nothing', () => {
	const start = performance.now();
	nameOf(`Mozilla/5.0 (${'a;'.repeat(100_000)}`);
	expect(performance.now() - start).toBeLessThan(100);
});
