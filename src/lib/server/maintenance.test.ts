import { Writable } from 'node:stream';
import pino from 'pino';
import { expect, test } from 'vitest';
import { forEach, maintain } from './maintenance.ts';

/** A log that keeps its messages. */
function kept() {
	const records: Record<string, unknown>[] = [];
	const destination = new Writable({
		write(chunk: Buffer, _encoding, done) {
			records.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
			done();
		}
	});
	return { log: pino(destination), records };
}

/** A task that resolves `reached` in its n-th run. */
function counted(n: number, run: (runs: number) => void = () => {}) {
	const { promise: reached, resolve } = Promise.withResolvers<void>();
	const task = {
		name: 'counting',
		everyMs: 1,
		runs: 0,
		async run() {
			task.runs++;
			if (task.runs === n) resolve();
			run(task.runs);
		}
	};
	return { task, reached };
}

test('a task runs at once and then again and again', async () => {
	const { task, reached } = counted(3);
	const end = maintain([task], kept().log);
	expect(task.runs).toBe(1);
	await reached;
	end();
});

test('a task that fails is logged with its name and runs again at its next turn', async () => {
	const { log, records } = kept();
	const { task, reached } = counted(2, (runs) => {
		if (runs === 1) throw new Error('the disk is full');
	});
	const end = maintain([task], log);
	await reached;
	end();
	expect(records).toMatchObject([{ task: 'counting', err: { message: 'the disk is full' } }]);
});

test('one task that never ends keeps no other from its turn', async () => {
	const endless = { name: 'endless', everyMs: 1, run: () => new Promise<void>(() => {}) };
	const { task, reached } = counted(3);
	const end = maintain([endless, task], kept().log);
	await reached;
	end();
});

test('after its end nothing runs again, not even what was under way', async () => {
	const { promise: working, resolve: finish } = Promise.withResolvers<void>();
	let runs = 0;
	const slow = { name: 'slow', everyMs: 0, run: () => (runs++, working) };
	const end = maintain([slow], kept().log);
	end();
	finish();
	// A turn of the same length, begun later, has come round: the slow task's would have come before it.
	const { task, reached } = counted(3);
	const endOther = maintain([task], kept().log);
	await reached;
	endOther();
	expect(runs).toBe(1);
});

test('a task that fails because all else has been closed is no error', async () => {
	const { log, records } = kept();
	const { promise: working, reject: fail } = Promise.withResolvers<void>();
	const failing = { name: 'slow', everyMs: 1, run: () => working };
	const end = maintain([failing], log);
	end();
	fail(new Error('write CONNECTION_ENDED'));
	await expect(working).rejects.toThrow();
	// One that is begun later fails later: both would have been logged by then.
	const { task, reached } = counted(2, () => {
		throw new Error('the disk is full');
	});
	const endOther = maintain([task], log);
	await reached;
	endOther();
	expect(records).toMatchObject([{ task: 'counting' }]);
});

test('one organization whose turn fails keeps none of the others from theirs', async () => {
	const done: string[] = [];
	const all = forEach(['a', 'b', 'c'], async (org) => {
		if (org === 'a') throw new Error('no');
		done.push(org);
	});
	await expect(all).rejects.toMatchObject({ errors: [new Error('no')] });
	expect(done).toEqual(['b', 'c']);
});
