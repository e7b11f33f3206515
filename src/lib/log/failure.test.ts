import { expect, test } from 'vitest';
import * as failure from './failure.ts';

test.each([
	'npm ERR! code ELIFECYCLE',
	'npm error code 1',
	'Error: Cannot find module "x"',
	'TypeError: x is not a function',
	'java.lang.NullPointerException: at',
	'[ERROR] Failed to execute goal',
	'error TS2345: Argument of type',
	'fatal: not a git repository',
	'panic: runtime error: index out of range',
	'Traceback (most recent call last):',
	'ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete',
	'bash: foo: command not found',
	'Build failed.',
	'2 errors, 0 warnings',
	'FAILED'
])('%s tells of a failure', (text) => {
	expect(failure.place(text)).toBeGreaterThanOrEqual(0);
});

test.each([
	'0 errors',
	'compiled without errors',
	'no errors found',
	'12 passed, 0 failed',
	'ok=3 changed=1 unreachable=0 failed=0',
	'errors: 0',
	'src/lib/error.ts 1.2 kB',
	'+ node --on-error-continue',
	'build/error-handler.js',
	'set -e; continue on error',
	'interrupted',
	'unfailing'
])('%s does not', (text) => {
	expect(failure.place(text)).toBe(-1);
});
