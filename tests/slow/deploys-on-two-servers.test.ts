import { expect, test, vi } from 'vitest';
import * as deploys from '../support/deploys/deploys.ts';
import { lineAt } from '../support/deploys/deploy-lines.ts';
import { twoServers, type Scene } from '../support/server/broken-scene.ts';
import type { Server } from '../support/server/server.ts';
import { Tenant } from '../support/server/site.ts';

vi.setConfig({ testTimeout: 120_000 }); // ten seconds each, unless the machine has much else to do

const textAt = (line: number) => String(Buffer.from(lineAt(line)));

/** One organization, at each of two servers on one PostgreSQL. */
async function place(env: Record<string, string> = {}): Promise<{ scene: Scene; tenants: [Tenant, Tenant] }> {
	const scene = await twoServers(env);
	const [first, second] = scene.servers as [Server, Server];
	const { org, user, key } = await first.bootstrap();
	const none = () => Promise.reject(new Error('this tenant has one key only'));
	const tenantOf = ({ url }: Server) =>
		new Tenant(url, { org, userId: user.id, key, makeKey: none, makeSession: none });
	return { scene, tenants: [tenantOf(first), tenantOf(second)] };
}

test('a deploy sent to either of two servers is watched, listed and ended on the other', async () => {
	const { tenants } = await place();
	const lists = await Promise.all(tenants.map((tenant) => deploys.listStream(tenant)));
	const made = await deploys.make(tenants[0], { environment: 'production' });
	const both = tenants.map((tenant) => new deploys.Sent(tenant, made.id));
	await Promise.all(lists.map((list) => list.until((text) => text.includes(made.id))));

	const streams = await Promise.all(both.map((sent) => sent.stream('from=0')));
	let end = 0;
	const whole: Uint8Array[] = [];
	for (let line = 0; line < 60; line++) {
		const data = lineAt(line) as Uint8Array<ArrayBuffer>;
		const answer = await both[line % 2]!.append(data, end);
		expect(answer.status).toBe(204);
		end = Number(answer.headers.get('upload-offset'));
		whole.push(data);
	}
	const log = Buffer.concat(whole);
	const refused = await both[0]!.append('again', 5);
	expect([refused.status, refused.headers.get('upload-offset')]).toEqual([409, String(end)]);
	const texts = await Promise.all(streams.map((stream) => deploys.untilLog(stream, textAt(59))));
	for (const text of texts) {
		expect(deploys.textOf(text)).toBe(String(log));
		deploys.expectSeamless(text, 0);
	}

	expect((await both[1]!.finish({ status: 'succeeded', size: end })).status).toBe(200);
	for (const stream of streams) expect(deploys.typesOf(await stream.rest()).at(-1)).toBe('end');
	for (const [index, list] of lists.entries()) {
		await list.until((text) => deploys.deploysOf(text).some(({ status }) => status === 'succeeded'));
		expect((await deploys.list(tenants[index] as Tenant)).deploys).toMatchObject([
			{ id: made.id, size: end }
		]);
		expect(log.equals(await both[index]!.bytes())).toBe(true);
	}
});

test('whoever runs interrupts the deploy of a server that was killed, and an append there revives it', async () => {
	const { scene, tenants } = await place({ DEPLOY_LEASE_S: '2' });
	const made = await deploys.make(tenants[0]);
	await made.write('one\n');
	const elsewhere = new deploys.Sent(tenants[1], made.id);
	const stream = await elsewhere.stream('from=0');
	await (scene.servers[0] as Server).kill('SIGKILL');
	await stream.until((text) => text.includes('"interrupted"'));
	expect(await elsewhere.get()).toMatchObject({ status: 'interrupted', size: 4 });
	expect((await elsewhere.append('two\n', 4)).status).toBe(204);
	await stream.until((text) => deploys.deploysOf(text).at(-1)?.status === 'running');
	expect((await elsewhere.finish({ status: 'failed', exit_code: 1, size: 8 })).status).toBe(200);
	const messages = async () => JSON.stringify(await tenants[1].messages());
	await expect.poll(messages).toContain('failed');
	for (const told of ['started', 'was interrupted', 'continues', 'failed']) {
		expect((await messages()).split(`deploy web ${told}`)).toHaveLength(2);
	}
});

test('what a 204 has promised is there after PostgreSQL was killed, and its sender goes on at the other server', async () => {
	const { scene, tenants } = await place();
	const made = await deploys.make(tenants[0]);
	const both = tenants.map((tenant) => new deploys.Sent(tenant, made.id));
	const whole = Buffer.concat(Array.from({ length: 400 }, (_, line) => lineAt(line)));
	const viewer = await both[1]!.stream('from=0');
	const seen = viewer.rest();
	let [end, promised, turn] = [0, 0, 0];
	while (end < whole.length) {
		if (turn++ === 40) await scene.killPostgres();
		const sender = both[turn % 2]!;
		const answer = await sender.append(whole.subarray(end, end + 700), end).catch(() => null);
		const at = Number(answer?.headers.get('upload-offset') ?? NaN);
		if (answer?.status === 204) promised = at;
		if (answer?.status === 204 || answer?.status === 409) expect(at).toBeGreaterThanOrEqual(promised);
		else expect([503, undefined]).toContain(answer?.status);
		if (!Number.isNaN(at)) end = at;
	}
	expect((await both[0]!.finish({ status: 'succeeded', size: whole.length })).status).toBe(200);
	expect(whole.equals(await both[1]!.bytes())).toBe(true);
	expect(String(whole).startsWith(deploys.textOf(await seen))).toBe(true);
});
