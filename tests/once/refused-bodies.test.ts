import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { startSite } from '../support/server/site.ts';

test('a connection goes on after a body that was refused before it was read', async () => {
	const site = await startSite();
	onTestFinished(() => site.stop());
	const tenant = await site.tenant();
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	onTestFinished(() => agent.destroy());
	const ports: (number | undefined)[] = [];

	async function post(authorization: string, body: Buffer): Promise<number> {
		const asking = request(`${site.server.url}/api/logs`, {
			agent,
			method: 'POST',
			headers: { authorization }
		});
		asking.end(body);
		const [answer] = (await once(asking, 'response')) as [IncomingMessage];
		ports.push(answer.socket.localPort);
		answer.resume();
		await once(answer, 'end');
		return answer.statusCode ?? 0;
	}

	const [wrong, right] = ['Bearer wrong', `Bearer ${tenant.made.key}`];
	for (const size of [1_000, 100_000, 1_000_000]) {
		expect(await post(wrong, Buffer.alloc(size, 'a'))).toBe(401);
		expect(await post(right, Buffer.from('hello'))).toBe(200);
	}
	expect(new Set(ports).size, 'connections').toBe(1);
});
