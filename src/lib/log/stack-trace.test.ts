import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Joiner, type Limits } from './stack-trace.ts';

function join(text: string, limits?: Limits): string[] {
	const joiner = new Joiner(limits);
	const entries = text.split('\n').map((line) => joiner.push(line));
	return [...entries, joiner.end()].filter((entry) => entry !== null);
}

const traces: Record<string, string> = {
	'Java, with causes and suppressed ones': `2026-11-29 02:00:00 ERROR c.e.Orders - order 17 failed
java.lang.IllegalStateException: no stock
	at com.example.Orders.take(Orders.java:31)
	at java.base/java.lang.Thread.run(Thread.java:1583)
	Suppressed: java.io.IOException: close
		at com.example.Db.close(Db.java:9)
Caused by: java.sql.SQLException: gone
	at com.example.Db.read(Db.java:7)
	... 12 more`,
	'Java without a logger': `Exception in thread "main" java.lang.NullPointerException
	at Main.main(Main.java:3)`,
	'Kotlin whose frames lost their tabs': `ERROR boom
kotlin.KotlinNullPointerException: x
at com.example.MainKt.main(Main.kt:3)
at com.example.MainKt$main$1.invoke(Main.kt)`,
	'Python below a logger, chained twice': `ERROR:root:request failed
Traceback (most recent call last):
  File "/app/a.py", line 3, in f
    return {}[key]
           ~~^^^^^
KeyError: 'id'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/a.py", line 9, in g
    f()
app.errors.NotFound: id

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/a.py", line 12, in <module>
    g()
ValueError: x`,
	'Python, interrupted': `Traceback (most recent call last):
  File "/app/a.py", line 3, in <module>
    time.sleep(9)
KeyboardInterrupt`,
	'Node, logged': `Error: connect ECONNREFUSED 127.0.0.1:5432
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)
    at async run (file:///app/main.js:3:5) {
  errno: -111,
  code: 'ECONNREFUSED',
  [cause]: TypeError: x
      at f (/app/x.js:1:2)
}`,
	'Node, uncaught': `/app/main.js:3
    throw new TypeError('no');
    ^

TypeError: no
    at Object.<anonymous> (/app/main.js:3:11)
    at Module._compile (node:internal/modules/cjs/loader:1554:14)

Node.js v22.18.0`,
	'Go, a panic': `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48]

goroutine 1 [running]:
main.(*Server).serve(0x0, {0xc000012345, 0x3})
	/app/main.go:12 +0x1d
main.main()
	/app/main.go:5 +0x25

goroutine 18 [chan receive]:
net/http.(*conn).serve(0xc0000b4000, {0x7a1, 0xc0})
	/usr/local/go/src/net/http/server.go:2102 +0x65
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3454 +0x485
exit status 2`,
	'Go, a recovered panic of a server': `2026/11/29 02:00:00 http: panic serving 10.0.0.7:4711: boom
goroutine 6 [running]:
net/http.(*conn).serve.func1()
	/usr/local/go/src/net/http/server.go:1947 +0xbe
panic({0x6a, 0x7f})
	/usr/local/go/src/runtime/panic.go:785 +0x132`,
	'Ruby, uncaught': `app.rb:3:in \`divide': divided by 0 (ZeroDivisionError)
	from app.rb:7:in \`block in run'
	from app.rb:9:in \`<main>'`,
	Rails: `ActiveRecord::RecordNotFound (Couldn't find User with 'id'=7):
  
app/controllers/users_controller.rb:12:in 'show'
lib/middleware.rb:5:in 'call'`,
	'Rust with a backtrace': `thread 'main' (4711) panicked at src/main.rs:2:5:
assertion \`left == right\` failed
  left: 1
 right: 2
stack backtrace:
   0: rust_begin_unwind
             at /rustc/90b35a6/library/std/src/panicking.rs:665:5
 100: main
note: Some details are omitted, run with \`RUST_BACKTRACE=full\` for a verbose backtrace.`,
	'Rust of before 1.73': `thread 'main' panicked at 'boom', src/main.rs:2:5
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`,
	anyhow: `Error: can't start

Caused by:
    0: can't read the settings
    1: No such file or directory (os error 2)

Stack backtrace:
   0: app::main`,
	'.NET': `Unhandled exception. System.InvalidOperationException: no stock
 ---> System.IO.IOException: gone
   at App.Db.Read() in /app/Db.cs:line 7
   --- End of inner exception stack trace ---
   at App.Orders.Take(Int32 id) in /app/Orders.cs:line 31
--- End of stack trace from previous location ---
   at App.Program.Main()`,
	PHP: `PHP Fatal error:  Uncaught RuntimeException: gone in /app/db.php:7
Stack trace:
#0 /app/index.php(3): read()
#1 {main}

Next LogicException: no stock in /app/index.php:5
Stack trace:
#0 {main}
  thrown in /app/index.php on line 5`,
	Xdebug: `PHP Warning:  Undefined variable $x in /app/a.php on line 3
PHP Stack trace:
PHP   1. {main}() /app/a.php:0
PHP   2. f() /app/a.php:9`
};

test.each(Object.entries(traces))(
	'%s is one entry, and its neighbours are entries of their own',
	(_, trace) => {
		const text = `INFO first line\n${trace}\nnext line\n2026-11-29 02:00:01 INFO last`;
		expect(join(text)).toEqual(['INFO first line', trace, 'next line', '2026-11-29 02:00:01 INFO last']);
	}
);

test('two traces one after the other are two entries', () => {
	const one = 'java.lang.IllegalStateException: a\n\tat A.a(A.java:1)';
	expect(join(`${one}\n${one}`)).toEqual([one, one]);
	const other = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: x';
	expect(join(`${other}\n${other}`)).toEqual([other, other]);
});

test.each([
	'at 10:00 the backup started',
	'at last',
	'Traceback (most recent call last) is what Python says',
	'}',
	'# a title',
	'#7 opened',
	'ValueError: x',
	'main.main()',
	' INFO app: started',
	'  2026-11-29T02:00:00Z started',
	' {"level":"info"}',
	'During handling of the above exception, another exception occurred:'
])('%s after a line of text is an entry of its own', (line) => {
	expect(join(`text\n${line}\ntext`)).toEqual(['text', line, 'text']);
});

test('a trace below a line that says that all is well is an entry of its own', () => {
	const trace = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: x';
	expect(join(`02:00:00 INFO served\n${trace}`)).toEqual(['02:00:00 INFO served', trace]);
});

test('nothing joins a line that is an object, and an object printed over lines is one entry', () => {
	const object = '{\n  "a": [\n    1\n  ]\n}';
	expect(join(`{"msg":"a"}\n  at f (x.js:1:2)\n${object}`)).toEqual([
		'{"msg":"a"}',
		'  at f (x.js:1:2)',
		object
	]);
});

test('an indented line after nothing, or after a blank line, is an entry', () => {
	expect(join('  one')).toEqual(['  one']);
	expect(join('a\n\n  two\n  three')).toEqual(['a', '  two\n  three']);
});

test('an entry has at most so many lines and bytes; the rest of its trace goes on as the next', () => {
	const frames = Array.from({ length: 1200 }, (_, index) => `\tat A.a(A.java:${index})`);
	const entries = join(['Exception: a', ...frames].join('\n'));
	expect(entries.map((entry) => entry.split('\n').length)).toEqual([500, 500, 201]);
	const ends = join('Traceback (most recent call last):\n  é\n  é\nValueError: x', { lines: 9, bytes: 45 });
	expect(ends).toEqual(['Traceback (most recent call last):\n  é\n  é', 'ValueError: x']);
});

test('more is expected of what looks like trouble, not of a plain line or an object', () => {
	const expects = (...lines: string[]) => {
		const joiner = new Joiner();
		for (const line of lines) joiner.push(line);
		return joiner.expectsMore;
	};
	expect([expects(), expects('GET / 200'), expects('{"error":1}')]).toEqual([false, false, false]);
	expect([expects('TypeError: x'), expects('a', '  b'), expects('panic: x')]).toEqual([true, true, true]);
});

test('whatever the lines, each that is not blank is in the entries once and in order', () => {
	const line = fc.oneof(
		fc.string({ unit: 'binary' }).map((text) => text.toWellFormed().replaceAll('\n', '')),
		fc.constantFrom(...Object.values(traces).flatMap((trace) => trace.split('\n')))
	);
	fc.assert(
		fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (lines, most) => {
			const isText = (text: string) => /\S/.test(text);
			const entries = join(lines.join('\n'), { lines: most, bytes: 500 });
			expect(entries.flatMap((entry) => entry.split('\n')).filter(isText)).toEqual(lines.filter(isText));
			for (const entry of entries) expect(entry.split('\n').length).toBeLessThanOrEqual(most);
		})
	);
});
