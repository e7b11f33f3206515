import { expect, test } from 'vitest';
import { announcer } from './announcer.ts';
import type { Deploy } from './deploy.ts';

const org = '018f0000-0000-7000-8000-000000000001';
const running: Deploy = {
	id: '018f0000-0000-7000-8000-000000000002',
	service: 'web',
	environment: 'production',
	version: '1.2',
	commit: null,
	url: null,
	status: 'running',
	started_at: '2026-11-20T14:00:00.000Z',
	last_append_at: '2026-11-20T14:00:00.000Z',
	finished_at: null,
	duration_ms: null,
	exit_code: null,
	size: 0,
	lines: 0
};
const failed: Deploy = {
	...running,
	status: 'failed',
	finished_at: '2026-11-20T14:01:52.000Z',
	duration_ms: 112_000,
	exit_code: 3
};

test('the end is told after the start, also when the start has to be tried again', async () => {
	const told: string[] = [];
	const keys = new Set<string>();
	let away = true;
	await new Promise<void>((resolve) => {
		const announce = announcer(
			async (_, entry, key) => {
				keys.add(key);
				if (away) return (away = false);
				told.push(entry.message);
				if (told.length === 2) resolve();
				return true;
			},
			(error) => expect.fail(String(error))
		);
		announce(org, running);
		announce(org, failed);
	});
	expect(told).toEqual([
		'deploy web 1.2 to production started',
		'deploy web 1.2 to production failed after 112 s with exit status 3'
	]);
	expect(keys.size).toBe(2);
});
