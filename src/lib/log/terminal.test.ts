import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { longestHeld } from './pen.ts';
import { reach, Terminal } from './terminal.ts';

const esc = '\x1b[';

function terminalOf(text: string): Terminal<number> {
	const terminal = new Terminal<number>();
	text.split(/(?<=\n)/).forEach((line, index) => terminal.write(line, index + 1));
	return terminal;
}

const textOf = (log: string) =>
	terminalOf(log)
		.rows()
		.map(({ plain }) => plain);
const numbersOf = (log: string) =>
	terminalOf(log)
		.rows()
		.map(({ tag }) => tag);
const looksOf = (log: string) =>
	terminalOf(log)
		.rows()
		.flatMap(({ runs }) => runs.map(({ text, codes }) => `${codes}:${text}`));

describe('what programs print ends as a terminal would show it', () => {
	test.each([
		['\\r writes over what is there', '10%\r50%\r100%\n', ['100%']],
		['what \\r does not reach stays', '100%\r50%\n', ['50%%']],
		['a trailing \\r leaves the line', '10%\r50%\r\n', ['50%']],
		[
			'npm: erase the line and go to its start',
			`|${esc}2K${esc}1G/${esc}2K${esc}1Gadded 107 packages\n`,
			['added 107 packages']
		],
		[
			'npm 10: go to the start and erase to the end',
			`${esc}1G⠙${esc}1G${esc}0K⠹${esc}1G${esc}0Kdone\n`,
			['done']
		],
		['an erased line at the end is not there', `a\n${esc}2K${esc}1G`, ['a']],
		['erase to the end keeps what is before', `abcdef${esc}3D${esc}Kx\n`, ['abcx']],
		['erase to the cursor blanks what is before', `abcdef${esc}3D${esc}1K\n`, ['    ef']],
		['backspace goes back and erases nothing', 'abc\b\bX\n', ['aXc']],
		['bell, NUL and other controls are not there', 'a\x07b\0c\x7f\x01d\x85\n', ['abcd']],
		['absolute columns', `ab${esc}6Gf${esc}1GA\n`, ['Ab   f']],
		['half of an emoji becomes a blank', `🌊x\r-\n`, ['- x']],
		['a tab stays one', 'a\tb\n', ['a\tb']],
		['clearing the screen clears nothing that has scrolled by', `a\n${esc}2J${esc}Hb\n`, ['a', 'b']]
	])('%s', (_, log, rows) => {
		expect(textOf(log)).toEqual(rows);
	});

	test('docker: rows are drawn again, upwards and down', () => {
		const frame = (a: string, b: string) => `${esc}2A${esc}2K${a}\n${esc}2K${b}\n`;
		const log = `start\nweb 1\ndb 1\n${frame('web 2', 'db 1')}${frame('web done', 'db done')}end\n`;
		expect(textOf(log)).toEqual(['start', 'web done', 'db done', 'end']);
		expect(numbersOf(log)).toEqual([1, 2, 3, 8]);
	});

	test('docker pull: one row of many is drawn, and the cursor goes back down', () => {
		const log = `a: wait\nb: wait\n${esc}2A\r${esc}2Ka: done\r${esc}2B${esc}1A\r${esc}2Kb: done\r${esc}1Bnext\n`;
		expect(textOf(log)).toEqual(['a: done', 'b: done', 'next']);
	});

	test('listr and ora: lines are erased one by one, upwards', () => {
		const log = `one\ntwo\nthree\n${`${esc}2K${esc}1A`.repeat(3)}${esc}2K${esc}Gdone\nnext\n`;
		expect(textOf(log)).toEqual(['done', 'next']);
		expect(textOf(`one\ntwo\nthree\n${`${esc}1A${esc}2K`.repeat(3)}done\n`)).toEqual(['done']);
		expect(textOf(`one\ntwo\n${esc}2A${esc}Jdone\n`)).toEqual(['done']);
	});

	test('only the last hundred rows can be written over', () => {
		const log = `${Array.from({ length: 150 }, (_, at) => `${at + 1}\n`).join('')}${esc}999Atop\n`;
		const rows = textOf(log);
		expect(rows[151 - reach]).toBe('top');
		expect(rows[150 - reach]).toBe('51');
	});

	test('there is nothing above the first row', () => {
		expect(textOf(`${esc}2Aone\n${esc}5AONE\ntwo\n`)).toEqual(['ONE', 'two']);
	});
});

describe('colours', () => {
	test('are carried to the next line until they end', () => {
		expect(looksOf(`${esc}31mone\ntwo${esc}39m!\nthree\n`)).toEqual(['31:one', '31:two', ':!', ':three']);
		expect(looksOf(`${esc}1;4mone\n${esc}22mtwo\n`)).toEqual(['1;4:one', '4:two']);
	});

	test('that nothing renews end after a thousand lines', () => {
		const looks = looksOf(`${esc}31m${'x\n'.repeat(longestHeld + 1)}`);
		expect([looks[longestHeld - 1], looks[longestHeld]]).toEqual(['31:x', ':x']);
	});

	test.each(['38;5', '38;2;1;2', '38;9', '48;5;999', '?25', '>4'])('%s are none', (code) => {
		expect(looksOf(`${esc}${code}mx\n`)).toEqual([':x']);
	});
});

describe('what has no end', () => {
	test.each([
		['a title', '\x1b]0;title\nnext\n', ['0;title', 'next']],
		['a link', '\x1b]8;;https://example.com\nnext\n', ['8;;https://example.com', 'next']],
		['a device string', '\x1bPq#0 text\nnext\n', ['q#0 text', 'next']],
		['a code', `${esc}31\nnext\n`, ['31', 'next']]
	])('%s swallows nothing', (_, log, rows) => {
		expect(textOf(log)).toEqual(rows);
	});

	test('a title of over 2,000 characters is text, and one that ends in a later piece is none', () => {
		expect(textOf(`\x1b]0;${'x'.repeat(3_000)}`)[0]?.length).toBe(3_002);
		const terminal = new Terminal<number>();
		terminal.write('\x1b]0;ti', 1);
		expect(terminal.rows()).toEqual([]);
		terminal.write('tle\x07text', 1);
		expect(terminal.rows()[0]?.plain).toBe('text');
	});

	test('at the end of the log, it is text', () => {
		const terminal = new Terminal<number>();
		terminal.write('\x1b]0;title', 1);
		terminal.settle(1);
		expect(terminal.rows()[0]?.plain).toBe('0;title');
	});
});

test('a hostile row costs a bounded number of runs and columns', () => {
	const [row] = terminalOf(`${`${esc}31mx${esc}32my`.repeat(10_000)}\n`).rows();
	expect(row?.runs.length).toBeLessThanOrEqual(400);
	expect(row?.cut).toBe(true);
	expect(textOf(`${esc}99999999Gz${esc}99999999Cz\n`)[0]?.length).toBeLessThan(1_010);
});

describe('what was recorded in a terminal', () => {
	const recorded = (name: string) =>
		readFileSync(new URL(`../../../tests/support/terminal/${name}.ansi`, import.meta.url), 'utf8');

	test('of npm install ends as what it installed', () => {
		expect(textOf(recorded('npm'))).toEqual(['', 'added 2 packages in 2s']);
	});

	test('of pnpm install ends as its last progress and its summary, in its colours', () => {
		expect(textOf(recorded('pnpm'))).toEqual([
			'Packages: +2',
			'',
			'Progress: resolved 2, reused 0, downloaded 2, added 2, done',
			'',
			'dependencies:',
			'+ ansi-styles 6.2.3 (7.0.0 is available)',
			'+ semver 7.8.6',
			'',
			'Done in 3.3s using pnpm v9.15.9'
		]);
		expect(looksOf(recorded('pnpm'))).toContain('96:2');
	});

	test('of git clone ends as one line for each of its steps', () => {
		const rows = textOf(recorded('git'));
		expect(rows[0]).toBe("Cloning into 'shop'...");
		expect(rows.every((row) => /(done\.|\.\.\.|pack-reused.*)\s*$/.test(row))).toBe(true);
		expect(rows.length).toBeLessThan(10);
	});
});
