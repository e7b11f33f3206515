import { describe, expect, it } from 'vitest';
import { levelOf } from '../../../log/entry.ts';
import { entry } from '../../../../../tests/support/logs/repairing.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as accessFields from './shapes/access-fields.ts';
import * as fields from './shapes/fields.ts';
import * as moreFields from './shapes/more-fields.ts';
import { moment123 } from './shapes/shape.ts';

function read(raw: unknown) {
	const { severity, ...rest } = entry(raw);
	return { ...rest, level: levelOf(severity) };
}

describe('an object of', () => {
	it.each([...fields.shapes, ...moreFields.shapes, ...accessFields.shapes])(
		'%s is read',
		(_of, raw, says) => {
			const { attributes, ...rest } = says;
			const found = read(raw);
			expect(found).toMatchObject(rest);
			if (attributes !== undefined) expect(found.attributes).toEqual(attributes);
		}
	);
});

describe('what only looks like a field of an entry stays an attribute', () => {
	it.each([
		{ date: '2024-05-01' },
		{ date: 20240501 },
		{ datetime: 'tomorrow' },
		{ Time: '5 ms' },
		{ event: { kind: 'alert' } },
		{ event: 'login' },
		{ text: 'hello' },
		{ s: 'E' },
		{ t: '2024-05-01T12:00:00Z' },
		{ L: 'ERROR' },
		{ LogLevel: 3 },
		{ lvl: 'loud' },
		{ status: 'error' },
		{ priority: 'critical' },
		{ trace: 'on' },
		{ log: { file: 'a' } },
		{ HOST: 5 },
		{ kubernetes: 'yes' },
		{ app: 5 },
		{ text: null }
	])('%j', (fields) => {
		expect(read({ message: 'x', ...fields })).toMatchObject({
			message: 'x',
			level: 'info',
			time: null,
			service: 'default',
			host: null,
			trace_id: null
		});
		expect(read({ message: 'x', ...fields }).attributes).toEqual(fields);
	});

	it('with the digits of its numbers', () => {
		const raw = json.parse('{"message":"x","levelno":1.0,"date":1e400}');
		expect(repair.entry(raw, repair.fallback({}), moment123)).toMatchObject({
			attributes: '{"levelno":1.0,"date":1e400}'
		});
	});
});
