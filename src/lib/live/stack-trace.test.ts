import { expect, test } from 'vitest';
import * as stackTrace from './stack-trace.ts';

test.each([
	['JavaScript', 'TypeError: x is not a function\n    at run (/app/a.js:1:2)\n    at /app/b.js:3:4', 2],
	[
		'Java',
		'java.lang.IllegalStateException: boom\n\tat a.B.c(B.java:1)\n\t... 12 more\nCaused by: java.io.IOException: gone\n\tat d.E.f(E.java:2)',
		4
	],
	[
		'Python',
		'unhandled\nTraceback (most recent call last):\n  File "a.py", line 1, in <module>\n    run()\nValueError: x',
		4
	],
	[
		'Python alone',
		'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    run()\nValueError: x',
		3
	],
	['Ruby', "undefined method `x'\n\tfrom a.rb:1:in `y'\n\tfrom b.rb:2:in `z'", 2],
	[
		'Go',
		'panic: boom\n\ngoroutine 1 [running]:\nmain.run(...)\n\t/app/main.go:12 +0x1d\nmain.main()\n\t/app/main.go:5',
		6
	],
	['PHP', 'Uncaught Exception\n#0 /app/a.php(12): b()\n#1 {main}', 2],
	[
		'Rust',
		"panicked at 'x'\n   0: core::panicking::panic\n             at /rustc/src/panic.rs:1\n   1: app::main",
		3
	],
	['.NET', 'System.Exception: x\n   at A.B() in C:\\a.cs:line 1', 1],
	['Firefox', 'Error: x\nrun@http://localhost/a.js:1:2\n@http://localhost/a.js:3:4', 2],
	['after blank lines', '\n\nError: boom\r\n    at a (a.js:1)\n', 1]
])('a trace of %s is told', (_, message, below) => {
	expect(stackTrace.linesBelow(message)).toBe(below);
});

test.each([
	['one line', 'Error at startup'],
	['a table', 'name  count\nweb   12\napi   3'],
	['a text', 'First\nwe met at noon\nthen at one'],
	['indented JSON', '{\n  "at": 1,\n  "b": 2\n}'],
	['a list', 'Changed:\n  at.ts\n  b.ts'],
	['a text with one call', 'Report\nall is well\n    at a (a.js:1)\nnothing else\nto see here']
])('%s is none', (_, message) => {
	expect(stackTrace.linesBelow(message)).toBe(0);
});
