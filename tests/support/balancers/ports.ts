import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A free port below those that the kernel gives to clients: a server that is restarted finds it free again. */
export async function lowPort(): Promise<number> {
	for (;;) {
		const port = randomInt(10_000, 20_000);
		if (await isFree(port)) return port;
	}
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer().listen(port, '127.0.0.1');
	const found = await once(server, 'listening').then(
		() => true,
		() => false
	);
	if (found) await new Promise((resolve) => server.close(resolve));
	return found;
}
