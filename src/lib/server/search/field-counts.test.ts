import { expect, test } from 'vitest';
import { nameOf } from '../../log/field-names.ts';
import { FieldCounts } from './field-counts.ts';

/** The fields of a line with these attributes, but for those of the line itself. */
function fieldsOf(attributes: object): string[] {
	const counts = new FieldCounts();
	counts.add({
		...{ time: 0, received_at: 0, severity: 9, service: 'web', host: null, message: '' },
		...{ attributes: JSON.stringify(attributes), trace_id: null, span_id: null }
	});
	return [...counts.values.keys()].filter((field) => field !== 'level' && field !== 'service');
}

test('a field is named as a query names it', () => {
	const all = fieldsOf({
		user: 1,
		a: { b: { c: 1 } },
		level: 1,
		attributes: { user: 1 },
		'attributes.zip': 1,
		'': { x: 1 }
	});
	expect(all).toEqual([
		'user',
		'a.b.c',
		'attributes.level',
		'attributes.attributes.user',
		'attributes.attributes.zip',
		'.x'
	]);
	for (const field of all) expect(nameOf(field)).toBe(field);
});
