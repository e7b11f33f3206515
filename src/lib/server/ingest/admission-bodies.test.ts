import { expect, test } from 'vitest';
import { Admission } from './admission.ts';
import * as body from './body.ts';

const encoder = new TextEncoder();

async function* tens(count: number): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < count; at++) yield encoder.encode('0123456789');
}

test('of bodies that grow together, only those are refused that have no room without them', async () => {
	const admission = new Admission(200); // one organization may have half
	const places = [admission.admit('acme', 0), admission.admit('acme', 0), admission.admit('acme', 0)];
	const read = places.map(async (place) => {
		if (!place) throw new Error('there was room');
		return body.read(tens(5), null, place);
	});
	const bodies = await Promise.all(read);
	expect(bodies.filter(({ ok }) => ok)).toHaveLength(2);
	expect(bodies.find(({ ok }) => !ok)).toMatchObject({ status: 429 });
	expect(admission.bytes).toBe(100);
});
