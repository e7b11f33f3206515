import { expect, test } from 'vitest';
import type { Deploy } from '../log/deploy.ts';
import * as deployRows from './deploy-rows.ts';

function deploy(id: string, more: Partial<Deploy> = {}): Deploy {
	const at = '2026-11-20T14:02:00.000Z';
	return {
		id,
		service: 'web',
		environment: 'production',
		version: null,
		commit: null,
		url: null,
		status: 'running',
		started_at: at,
		last_append_at: at,
		finished_at: null,
		duration_ms: 0,
		exit_code: null,
		size: 10,
		lines: 1,
		page: `/acme/deploys/${id}`,
		...more
	};
}

const always = () => true;
const ids = (rows: readonly Deploy[]) => rows.map(({ id }) => id).join('');

test('a new deploy is put where its start belongs', () => {
	const rows = [deploy('f'), deploy('b')];
	expect(ids(deployRows.merge(rows, [deploy('d'), deploy('g'), deploy('a')], always))).toBe('gfdba');
});

test('one that does not fit is left out', () => {
	const rows = [deploy('b')];
	expect(deployRows.merge(rows, [deploy('c')], () => false)).toBe(rows);
});

test('one that is there changes in its place, even if it fits no longer', () => {
	const ended = deploy('b', { status: 'failed', exit_code: 3 });
	const rows = deployRows.merge([deploy('c'), deploy('b')], [ended], () => false);
	expect(rows[1]).toBe(ended);
	expect(ids(rows)).toBe('cb');
});

test('news that are older than what is shown change nothing', () => {
	const rows = [deploy('b', { status: 'succeeded', size: 20 })];
	expect(deployRows.merge(rows, [deploy('b', { size: 20 })], always)).toBe(rows);
	expect(deployRows.merge(rows, [deploy('b', { status: 'succeeded', size: 5 })], always)).toBe(rows);
});

test('an interrupted deploy can run again', () => {
	const rows = deployRows.merge(
		[deploy('b', { status: 'interrupted' })],
		[deploy('b', { size: 11 })],
		always
	);
	expect(rows[0]?.status).toBe('running');
});

test('a filter that is not set lets everything pass', () => {
	const none = { service: null, environment: null, status: null };
	expect(deployRows.passes(deploy('a'), none)).toBe(true);
	expect(deployRows.passes(deploy('a'), { ...none, service: 'web', status: 'running' })).toBe(true);
	expect(deployRows.passes(deploy('a'), { ...none, environment: 'staging' })).toBe(false);
	expect(deployRows.passes(deploy('a', { environment: null }), { ...none, environment: 'staging' })).toBe(
		false
	);
});
