import { expect, test } from 'vitest';
import type { Entry } from '../log/entry.ts';
import * as deployMark from './deploy-mark.ts';

function entry(attributes: Record<string, unknown>): Entry {
	const at = '2026-11-20T14:02:00.000Z';
	return {
		seq: 1,
		time: at,
		received_at: at,
		level: 'info',
		severity: 9,
		service: 'web',
		host: null,
		message: 'deploy',
		attributes,
		trace_id: null,
		span_id: null
	};
}

const deploy = {
	id: '0199',
	status: 'running',
	version: '2026.11.20',
	environment: 'production',
	commit: { sha: '3f2c1abd9e8f', message: 'Retry declined cards once\n\nbecause' }
};

test('an entry with a deploy is a mark that says what is known of it', () => {
	expect(deployMark.of(entry({ deploy }))).toEqual({
		id: '0199',
		status: 'running',
		service: 'web',
		version: '2026.11.20',
		environment: 'production',
		outcome: 'started',
		commit: { sha: '3f2c1ab', message: 'Retry declined cards once' }
	});
});

test('what is not known is left out', () => {
	const bare = { ...deploy, status: 'failed', version: null, environment: null, commit: null };
	const unknown = { version: null, environment: null, commit: { sha: null, message: null } };
	expect(deployMark.of(entry({ deploy: bare }))).toMatchObject({ ...unknown, outcome: 'failed' });
	const messageOnly = { ...deploy, commit: { sha: null, message: 'Fix' } };
	expect(deployMark.of(entry({ deploy: messageOnly }))?.commit).toEqual({ sha: null, message: 'Fix' });
});

test.each([
	['none', {}],
	['a name', { deploy: 'blue' }],
	['null', { deploy: null }],
	['an object without an id', { deploy: { status: 'running' } }],
	['an id that is no text', { deploy: { ...deploy, id: 7 } }],
	['a status that there is not', { deploy: { ...deploy, status: 'toString' } }]
])('an entry whose deploy is %s is a line like any other', (_, attributes) => {
	expect(deployMark.of(entry(attributes))).toBeNull();
});

test('parts that are no texts are left out', () => {
	const odd = { ...deploy, version: 7, environment: {}, commit: { sha: 1, message: [] } };
	const left = { version: null, environment: null, commit: { sha: null, message: null } };
	expect(deployMark.of(entry({ deploy: odd }))).toMatchObject(left);
});

test('a long commit message ends with a sign that it goes on', () => {
	const long = { ...deploy, commit: { sha: null, message: 'x'.repeat(121) } };
	expect(deployMark.of(entry({ deploy: long }))?.commit.message).toBe(`${'x'.repeat(120)}…`);
});
