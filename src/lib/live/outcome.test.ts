import { expect, test } from 'vitest';
import * as outcome from './outcome.ts';
import * as webAddress from './web-address.ts';
import type { Deploy, Status } from '../log/deploy.ts';

test.each<[Status, string]>([
	['running', '● web deploying'],
	['succeeded', '✓ web succeeded'],
	['failed', '✕ web failed'],
	['cancelled', '– web cancelled'],
	['interrupted', '⚠ web interrupted']
])('the title of a %s deploy is "%s"', (status, title) => {
	expect(outcome.title({ service: 'web', status })).toBe(title);
});

test('the exit code of a failed deploy is named as one', () => {
	expect(outcome.status({ status: 'failed', exit_code: 2 })).toBe('Failed (exit 2)');
	expect(outcome.status({ status: 'failed', exit_code: null })).toBe('Failed');
	expect(outcome.status({ status: 'succeeded', exit_code: 0 })).toBe('Succeeded');
});

test('a running deploy takes longer and longer; one that is not took until its end or its last word', () => {
	const times = { started_at: '2026-11-20T14:00:00.000Z', last_append_at: '2026-11-20T14:01:00.000Z' };
	const now = Date.parse('2026-11-20T15:00:00.000Z');
	const deploy = { ...times, status: 'running', finished_at: null } as Deploy;
	expect(outcome.elapsed(deploy, now)).toBe(3_600_000);
	expect(outcome.elapsed({ ...deploy, status: 'interrupted' }, now)).toBe(60_000);
	const finished: Deploy = { ...deploy, status: 'failed', finished_at: '2026-11-20T14:01:05.000Z' };
	expect(outcome.elapsed(finished, now)).toBe(65_000);
	expect(outcome.duration(finished, now)).toBe('1:05');
	expect(outcome.duration({ ...finished, finished_at: '2026-11-20T14:00:00.850Z' }, now)).toBe('0.8 s');
	expect(outcome.duration(deploy, Date.parse('2026-11-20T14:00:00.850Z'))).toBe('0:00');
});

test.each(['https://ci.example.com/run/7', 'http://10.0.0.1:8080/'])('%s is a web page', (address) => {
	expect(webAddress.of(address)).toBe(address);
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'run 7', '', null])('%s is no link', (address) => {
	expect(webAddress.of(address)).toBeNull();
});
