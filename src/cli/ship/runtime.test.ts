import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as runtime from './runtime.ts';

const decode = (text: string) => {
	const { stream, isPart, time, text: said } = runtime.decode({ text, from: 0, to: text.length + 1 });
	return [said, stream, isPart, time];
};

test('a line of Docker has its stream and time, and without a line end it is a part', () => {
	const time = '2026-11-29T02:00:00.123456789Z';
	const line = (log: string) => JSON.stringify({ log, stream: 'stderr', time });
	expect(decode(line('hello\n'))).toEqual(['hello', 'stderr', false, time]);
	expect(decode(line('hello\r\n'))).toEqual(['hello', 'stderr', false, time]);
	expect(decode(line('hel'))).toEqual(['hel', 'stderr', true, time]);
	expect(decode(line('\n'))).toEqual(['', 'stderr', false, time]);
});

test('a line of the CRI has its stream and time, and P is a part', () => {
	const time = '2026-11-29T02:00:00.123456789+01:00';
	expect(decode(`${time} stdout F hello  world`)).toEqual(['hello  world', 'stdout', false, time]);
	expect(decode(`${time} stderr P hel`)).toEqual(['hel', 'stderr', true, time]);
	expect(decode(`${time} stdout F:x {"msg":"a"}`)).toEqual(['{"msg":"a"}', 'stdout', false, time]);
	expect(decode(`${time} stdout F `)).toEqual(['', 'stdout', false, time]);
	expect(decode(`${time} stdout F`)).toEqual(['', 'stdout', false, time]);
});

test.each(['{"log":"cut', '{"msg":"a"}', 'plain', '2026-11-29 stdout X a', ''])(
	'%s is in neither format and stays as it is',
	(line) => {
		expect(decode(line)).toEqual([line, '', false, undefined]);
	}
);

test('a container of Kubernetes is known by the name of its file', () => {
	const id = 'a1'.repeat(32);
	const path = `/var/log/containers/web-7d9f-x2x_shop_api-server-${id}.log`;
	expect(runtime.kubernetesContainer(path)).toEqual({
		service: 'api-server',
		attributes: {
			'k8s.pod.name': 'web-7d9f-x2x',
			'k8s.namespace.name': 'shop',
			'k8s.container.name': 'api-server',
			'container.id': id
		}
	});
	expect(runtime.kubernetesContainer('/var/log/containers/other.log')).toBeNull();
});

test('a container of Docker has the name in its settings, or without them its id', () => {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-docker-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const id = 'b2'.repeat(32);
	const path = join(folder, `${id}-json.log`);
	mkdirSync(folder, { recursive: true });
	expect(runtime.dockerContainer(path).service).toBe('b2b2b2b2b2b2');
	writeFileSync(join(folder, 'config.v2.json'), '{"Name":"/shop-web-1","Config":{}}');
	expect(runtime.dockerContainer(path)).toEqual({
		service: 'shop-web-1',
		attributes: { 'container.name': 'shop-web-1', 'container.id': id }
	});
});
