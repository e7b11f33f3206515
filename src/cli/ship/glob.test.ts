import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as glob from './glob.ts';

function folderWith(...names: string[]): string {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-glob-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	for (const name of names) {
		mkdirSync(join(folder, name, '..'), { recursive: true });
		writeFileSync(join(folder, name), '');
	}
	return folder;
}

const find = (pattern: string) => {
	const noted: string[] = [];
	const found = glob.find(pattern, (path, error) => noted.push(`${path}: ${(error as Error).message}`));
	expect(noted.filter((text) => !/ENOENT|ENOTDIR/.test(text))).toEqual([]);
	return found.sort();
};

const names = [
	'a.log',
	'b.log',
	'b.txt',
	'.hidden.log',
	'x/a.log',
	'x/y/c.log',
	'.hidden/d.log',
	'odd[1].log'
];

test.each([
	['*.log', ['a.log', 'b.log', 'odd[1].log']],
	['?.log', ['a.log', 'b.log']],
	['[!a].{log,txt}', ['b.log', 'b.txt']],
	['**/*.log', ['a.log', 'b.log', 'odd[1].log', 'x/a.log', 'x/y/c.log']],
	['x/**/*.log', ['x/a.log', 'x/y/c.log']],
	['**', ['a.log', 'b.log', 'b.txt', 'odd[1].log', 'x/a.log', 'x/y/c.log']],
	['x/**', ['x/a.log', 'x/y/c.log']],
	['{x/y,.hidden}/*.log', ['.hidden/d.log', 'x/y/c.log']],
	['{x,{x/y,none}}/{a,c}.log', ['x/a.log', 'x/y/c.log']],
	['{a,?}.log', ['a.log', 'b.log']],
	['{a.log', []],
	['*/a.log', ['x/a.log']],
	['.*.log', ['.hidden.log']],
	['odd[1].log', ['odd[1].log']],
	['a.log', ['a.log']],
	['none*', []],
	['no/such/folder/*', []]
])('%s finds %j', (pattern, expected) => {
	const folder = folderWith(...names);
	expect(find(join(folder, pattern))).toEqual(expected.map((name) => join(folder, name)));
});

test('links to files are found', () => {
	const folder = folderWith('target.txt');
	symlinkSync(join(folder, 'target.txt'), join(folder, 'link.log'));
	expect(find(join(folder, '*.log'))).toEqual([join(folder, 'link.log')]);
});

test('a pattern without a slash is for the last name, any other for the path', () => {
	expect(glob.matcher('*.1')('/var/log/a.log.1')).toBe(true);
	expect(glob.matcher('/var/**/a.*')('/var/log/a.log')).toBe(true);
	expect(glob.matcher('/var/**/a.*')('/var/a.log')).toBe(true);
	expect(glob.matcher('/var/*/b.*')('/var/log/a.log')).toBe(false);
	expect(glob.matcher('a.log')('/var/log/a.logs')).toBe(false);
	expect(glob.matcher('/var/{log/x,tmp}/*')('/var/log/x/a.log')).toBe(true);
	expect(glob.matcher('{a,b}.log')('/var/log/b.log')).toBe(true);
	expect(glob.matcher('/var/log/**')('/var/log/x/b.log')).toBe(true);
});
