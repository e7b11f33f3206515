import { expect, test } from 'vitest';
import * as colors from './colors.ts';

const terminal = (depth: number) => ({ isTTY: true, getColorDepth: () => depth });

test('a command whose output goes to a terminal is asked for the colours that the terminal has', () => {
	expect(colors.keep({ HOME: '/home' }, terminal(24))).toMatchObject({
		HOME: '/home',
		FORCE_COLOR: '3',
		CLICOLOR_FORCE: '1'
	});
	expect(colors.keep({}, terminal(8)).FORCE_COLOR).toBe('2');
});

test('the environment stays as it is without a terminal, without colours, or when the user has decided', () => {
	expect(colors.keep({ A: '1' }, {})).toEqual({ A: '1' });
	expect(colors.keep({ A: '1' }, terminal(1))).toEqual({ A: '1' });
	expect(colors.keep({ NO_COLOR: '1' }, terminal(24))).toEqual({ NO_COLOR: '1' });
	expect(colors.keep({ CLICOLOR: '0' }, terminal(24))).toEqual({ CLICOLOR: '0' });
	expect(colors.keep({ FORCE_COLOR: '0' }, terminal(24))).toEqual({ FORCE_COLOR: '0' });
});

test('a single variable that is set is kept', () => {
	expect(colors.keep({ CARGO_TERM_COLOR: 'never' }, terminal(8)).CARGO_TERM_COLOR).toBe('never');
});
