import { closeSync, mkdtempSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import * as pipes from './pipes.ts';

afterEach(() => void vi.unstubAllEnvs());

test('what is written comes out, to the end, and nothing is left in the folder', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-pipes-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	vi.stubEnv('TMPDIR', folder);
	const made = pipes.make(2) ?? [];
	for (const [index, { writer }] of made.entries()) writeSync(writer, `text ${index}`);
	pipes.closeWriters(made);
	expect(readdirSync(folder)).toEqual([]);
	expect(await Promise.all(made.map(({ reader }) => text(reader)))).toEqual(['text 0', 'text 1']);
	for (const { spare } of made) closeSync(spare);
});

test('without a folder to make them in there are none', () => {
	vi.stubEnv('TMPDIR', '/does/not/exist');
	expect(pipes.make(1)).toBeNull();
});

test('without mkfifo there are none', () => {
	vi.stubEnv('PATH', '/does/not/exist');
	expect(pipes.make(1)).toBeNull();
});
