import { expect, test } from 'vitest';
import { poster } from './mail.ts';

const mail = { to: 'ada@example.com', subject: 'Hello', text: 'Hello.\n' };

test('a mail goes out after the answer to who posted it, by itself', async () => {
	const { promise: sent, resolve } = Promise.withResolvers<string>();
	let isAnswered = false;
	const { post } = poster(
		async ({ to }) => resolve(`${to}, answered: ${isAnswered}`),
		() => {}
	);
	post(mail);
	setImmediate(() => (isAnswered = true));
	expect(await sent).toBe('ada@example.com, answered: true');
});

test('a mail server that takes nothing does not hold up the end, and what it cost is told', async () => {
	const failures: unknown[] = [];
	const endless = () => new Promise<void>(() => {});
	const { post, close } = poster(endless, (error) => failures.push(error), 10);
	post(mail);
	post(mail);
	await close();
	expect(failures).toMatchObject([{ message: expect.stringMatching(/nobody took .*: 2$/) }]);
});
