import { noon, type Shape } from './shape.ts';

/** Exceptions that nobody caught, as runtimes print them. */
export const shapes: Shape[] = [
	{ of: 'Python', line: 'Traceback (most recent call last):\n  File "a.py", line 1', level: 'error' },
	{ of: 'Node', line: 'TypeError: x is not a function\n    at f (a.js:1:2)', level: 'error' },
	{ of: 'Node, with a code', line: 'TypeError [ERR_X]: boom\n    at f (a.js:1:2)', level: 'error' },
	{ of: 'Java', line: 'java.lang.RuntimeException: boom\n\tat A.a(A.java:1)', level: 'error' },
	{ of: 'Java without a message', line: 'java.io.IOException\n\tat A.a(A.java:1)', level: 'error' },
	{ of: 'Java, two lines', line: 'acme.Failure: boom\nor so\n\tat A.a(A.java:1)', level: 'error' },
	{
		of: 'Java behind a time',
		line: '2024-05-01 12:00:00 java.io.IOException: boom\n\tat A.a(A.java:1)',
		level: 'error',
		time: noon
	},
	{
		of: 'a level before an exception',
		line: '2024-05-01 12:00:00 WARN java.io.IOException: boom\n\tat A.a(A.java:1)',
		level: 'warn',
		time: noon
	},
	{
		of: "a thread's end in Java",
		line: 'Exception in thread "main" java.lang.Error: boom',
		level: 'error'
	},
	{ of: 'a cause', line: 'Caused by: java.io.IOException: boom', level: 'error' },
	{ of: 'Rust', line: "thread 'main' panicked at src/main.rs:2:5:\nboom", level: 'error' },
	{ of: '.NET', line: 'Unhandled exception. System.InvalidOperationException: boom', level: 'error' },

	{ of: 'a cause in a sentence', line: 'Caused by: a typo in the template', level: 'info' },
	{ of: 'an exception in a sentence', line: 'Exception in threading explained', level: 'info' },
	{ of: 'an error in a sentence', line: 'TypeError: what it is\nand how to avoid it', level: 'info' },
	{ of: 'a sentence with indented lines', line: 'Deployed.\n    at noon', level: 'info' },
	{ of: 'a thread in a sentence', line: "thread 'main' started", level: 'info' }
];
