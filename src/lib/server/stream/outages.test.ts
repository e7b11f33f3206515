import { expect, test } from 'vitest';
import { Socket } from '../../../../tests/support/logs/stream.ts';
import { Outages } from './outages.ts';
import { ndjson, plain, sse } from './sse.ts';

const json = () => '{}';
const away = { outage: 'database', since: '2026-11-28T12:00:00.000Z' } as const;

test('every reader is told in its own format, and news is encoded once for all of one format', async () => {
	const outages = new Outages();
	let encoded = 0;
	const counted = {
		...sse(json),
		outage: (outage: typeof away | null) => {
			encoded++;
			return sse(json).outage(outage);
		}
	};
	const readers = [counted, counted, plain(json), ndjson(json)].map((format) => {
		const socket = new Socket();
		outages.join(socket.sink, format);
		return socket;
	});
	await outages.say(away);
	expect(encoded).toBe(1);
	await outages.say(null);
	expect(encoded).toBe(2);
	const [event, same, words] = await Promise.all(
		readers.slice(0, 3).map((socket) => socket.until((text) => /null|again\.\n/.test(text)))
	);
	expect(event).toBe(
		'event: status\ndata: {"outage":"database","since":"2026-11-28T12:00:00.000Z","detail":"The database is unavailable. New lines will appear when it is back."}\n\n' +
			'event: status\ndata: {"outage":null}\n\n'
	);
	expect(same).toBe(event);
	expect(words).toBe(
		'— The database is unavailable. New lines will appear when it is back.\n— All is well again.\n'
	);
	expect(readers[3]?.sink.empty()).toBe(true);
});

test('who joins during an outage is told at once, and who has left is told nothing', async () => {
	const outages = new Outages();
	await outages.say(away);
	const [late, gone] = [new Socket(), new Socket()];
	outages.join(late.sink, sse(json));
	outages.join(gone.sink, sse(json))();
	await outages.say(null);
	expect((await late.until((text) => text.includes('null'))).match(/event: status/g)).toHaveLength(2);
	expect(await gone.until((text) => text !== '')).not.toContain('null');
	expect(gone.sink.empty()).toBe(true);
});
