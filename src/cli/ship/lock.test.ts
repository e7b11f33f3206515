import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import * as lock from './lock.ts';

const module = fileURLToPath(new URL('lock.ts', import.meta.url));
const rounds = 300;
/** A process that takes one lock after the other when it is told to, says which it got, and keeps them until its stdin ends. */
const taker = `
	import * as lock from '${module}';
	process.stdin.once('data', () => {
		const got = [];
		for (let round = 0; round < ${rounds}; round++) if (lock.take(process.argv[1] + '/' + round) === null) got.push(round);
		console.log(JSON.stringify(got));
	});
	console.error('ready');`;

function folder(): string {
	const made = mkdtempSync(join(tmpdir(), 'tailrace-lock-'));
	onTestFinished(() => rmSync(made, { recursive: true }));
	return made;
}

async function takeTogether(place: string): Promise<number[]> {
	const words = ['--input-type=module', '--eval', taker, place];
	const takers = Array.from({ length: 4 }, () => spawn(process.execPath, words, { stdio: 'pipe' }));
	await Promise.all(takers.map((child) => once(child.stderr, 'data')));
	for (const child of takers) child.stdin.write('go');
	await Promise.all(takers.map((child) => once(child.stdout, 'readable')));
	for (const child of takers) child.stdin.end();
	const said = await Promise.all(takers.map((child) => text(child.stdout)));
	return said.flatMap((line) => JSON.parse(line) as number[]);
}

const all = Array.from({ length: rounds }, (_, round) => round);

test('of processes that want it at the same time, one gets it', async () => {
	expect((await takeTogether(folder())).sort((a, b) => a - b)).toEqual(all);
});

test('of a process that has ended, or whose number another one has, one takes it over', async () => {
	const place = folder();
	for (const round of all)
		symlinkSync(round % 2 ? '4194305 77' : `${process.pid} 1`, join(place, `${round}`));
	expect((await takeTogether(place)).sort((a, b) => a - b)).toEqual(all);
	expect(readdirSync(place)).toHaveLength(rounds);
});

test('released, or damaged, it is free; only its holder releases it', () => {
	const file = join(folder(), 'lock');
	expect(lock.take(file)).toBe(null);
	lock.release(file);
	writeFileSync(file, '');
	expect(lock.take(file)).toBe(null);
	rmSync(file);
	symlinkSync('1 0', file);
	lock.release(file);
	expect(readdirSync(join(file, '..'))).toEqual(['lock']);
});
