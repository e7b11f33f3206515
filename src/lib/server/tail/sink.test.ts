import { describe, expect, test } from 'vitest';
import { sink } from './sink.ts';

const full = new Uint8Array(64 * 1024);

/** Whatever can happen without the reader has happened after this. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

function opened() {
	const closed = { times: 0 };
	const { sink: to, body } = sink(() => void closed.times++);
	return { to, reader: body.getReader(), closed };
}

describe('a sink', () => {
	test('takes writes until 64 KiB wait for the socket', async () => {
		const { to, reader } = opened();
		expect(to.writable()).toBe(true);
		to.write(full.subarray(1));
		expect(to.writable()).toBe(true);
		to.write(full.subarray(0, 1));
		expect(to.writable()).toBe(false);
		await reader.read();
		expect(to.writable()).toBe(true);
	});

	test('gives the socket what it was given, in order', async () => {
		const { to, reader } = opened();
		for (const text of ['one', 'two']) to.write(new TextEncoder().encode(text));
		to.close();
		const texts: string[] = [];
		for (let read = await reader.read(); !read.done; read = await reader.read()) {
			texts.push(new TextDecoder().decode(read.value));
		}
		expect(texts).toEqual(['one', 'two']);
	});

	test('is drained when the socket has taken everything, not before', async () => {
		const { to, reader } = opened();
		await to.drained();
		to.write(full);
		to.write(full.subarray(0, 100));
		let isDrained = false;
		const drained = Promise.all([to.drained(), to.drained()]).then(() => (isDrained = true));
		await reader.read();
		await turn();
		expect(isDrained).toBe(false);
		await reader.read();
		await drained;
	});
});

describe('a sink that is closed', () => {
	test('from here says so once, ends the body and takes nothing more', async () => {
		const { to, reader, closed } = opened();
		to.close();
		to.close();
		to.write(full);
		expect(to.closed()).toBe(true);
		expect(to.writable()).toBe(false);
		expect(await reader.read()).toEqual({ done: true, value: undefined });
		expect(closed.times).toBe(1);
	});

	test('by its reader says so once and takes nothing more', async () => {
		const { to, reader, closed } = opened();
		await reader.cancel();
		to.close();
		to.write(full);
		expect(to.closed()).toBe(true);
		expect(closed.times).toBe(1);
	});

	test('keeps nobody waiting', async () => {
		const { to, reader } = opened();
		to.write(full);
		const drained = to.drained();
		await reader.cancel();
		await drained;
	});
});
