import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Notices } from './notices.ts';

function open() {
	const target = new PassThrough();
	const notices = new Notices(target);
	const pass = (text: string) => {
		target.write(text);
		notices.passed(Buffer.from(text));
	};
	return { target, notices, pass, text: () => String(target.read() ?? '') };
}

test('a notice between two lines is said at once', () => {
	const { notices, pass, text } = open();
	notices.say('one');
	pass('line\n');
	notices.say('two');
	expect(text()).toBe('tailrace: one\nline\ntailrace: two\n');
});

test('a notice within a line waits for the end of the line', () => {
	const { notices, pass, text } = open();
	pass('half a ');
	notices.say('one');
	notices.say('two');
	pass('line\n');
	expect(text()).toBe('half a line\ntailrace: one\ntailrace: two\n');
});

test('a line that does not end is broken after a while', async () => {
	const { target, notices, pass, text } = open();
	pass('Password: ');
	expect(text()).toBe('Password: ');
	notices.say('one');
	await once(target, 'readable');
	expect(text()).toBe('\ntailrace: one\n');
});

test('what waits at the end gets a line of its own', () => {
	const { notices, pass, text } = open();
	pass('no newline');
	notices.say('one');
	notices.flush();
	notices.flush();
	expect(text()).toBe('no newline\ntailrace: one\n');
});
