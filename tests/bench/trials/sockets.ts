// Syslog over sockets: lines committed each second over TCP, UDP at a fixed rate, and what connections cost.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { metric } from '../../support/server/calls.ts';
import { dial, freePort, ofListener } from '../../support/shippers/listeners.ts';
import { count, megabytes } from '../format.ts';
import { product, watched, type Target } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

const [tcpSenders, leastTcp] = [4, 50_000];
/** Datagrams each second, sent in bursts of 10 ms. */
const [udpRate, burstMs] = [20_000, 10];
const [idle, busy] = [100, 1_000];
/** What the whole process may grow by meanwhile: what may wait of all connections (sockets/lanes.ts), and a collection's slack. */
const mostGrowth = 64 * 2 ** 20;

const ports = { tcp: freePort(), udp: freePort() };
const address = { tcp: `tcp://127.0.0.1:${ports.tcp}`, udp: `udp://127.0.0.1:${ports.udp}` };
const line = (n: number) =>
	`<14>1 2026-11-01T12:00:00.${String(n % 1000).padStart(3, '0')}Z web-${n % 8} shop ${n % 100} - - user ${n} opened session 5f3a${n} from 10.0.${n % 256}.7 after ${n % 5000} ms\n`;

await trial(async (defer) => {
	const env = { SYSLOG_LISTEN: `${address.tcp}?org=acme ${address.udp}?org=acme` };
	const target = await product(defer, env);
	await pour(target, 3);
	const tcp = await watched(target, () => pour(target, seconds(20)));
	say(`TCP: ${count(tcp)} lines/s`);
	const udp = await scatter(target, seconds(20));
	say(`UDP: ${count(udp.sent)} datagrams, ${count(udp.lost)} lost`);
	const grown = await growth(target, defer);
	return [
		{
			what: `syslog over TCP, ${tcpSenders} connections`,
			measured: `${count(tcp)} lines/s`,
			must: `≥ ${count(leastTcp)} lines/s`,
			floor: '',
			ok: tcp >= leastTcp
		},
		{
			what: `syslog over UDP, ${count(udpRate)} datagrams/s`,
			measured: `${count(udp.lost)} of ${count(udp.sent)} lost`,
			must: 'none lost',
			floor: '',
			ok: udp.lost === 0
		},
		{
			what: `memory with ${idle} idle and ${count(busy)} busy connections`,
			measured: `+ ${megabytes(grown)}`,
			must: `+ ${megabytes(mostGrowth)} at most`,
			floor: '',
			ok: grown <= mostGrowth
		}
	];
});

/** Lines committed so far; NaN, which is no metric yet, counts as none. */
async function taken({ url }: Target, over: 'tcp' | 'udp'): Promise<number> {
	return (await metric(url, ofListener('lines_total', { protocol: 'syslog', address: address[over] }))) || 0;
}

/** Sends for so long over a few connections; resolves with the rate once everything is committed. */
async function pour(target: Target, forSeconds: number): Promise<number> {
	const before = await taken(target, 'tcp');
	const block = Buffer.from(Array.from({ length: 1_000 }, (_, n) => line(n)).join(''));
	const started = performance.now();
	const until = started + forSeconds * 1000;
	let sent = 0;
	async function send(): Promise<void> {
		const socket = await dial(ports.tcp);
		while (performance.now() < until) {
			sent += 1_000;
			if (!socket.write(block)) await once(socket, 'drain');
		}
		socket.end();
		await once(socket.resume(), 'close');
	}
	await Promise.all(Array.from({ length: tcpSenders }, send));
	while ((await taken(target, 'tcp')) - before < sent) await sleep(10);
	return sent / ((performance.now() - started) / 1000);
}

/** Sends datagrams at the rate; resolves once no more of them arrive. */
async function scatter(target: Target, forSeconds: number): Promise<{ sent: number; lost: number }> {
	const before = await taken(target, 'udp');
	const socket = createSocket('udp4');
	const perBurst = (udpRate * burstMs) / 1000;
	let sent = 0;
	for (const started = performance.now(); performance.now() - started < forSeconds * 1000;) {
		const due = Math.floor((performance.now() - started) / burstMs) * perBurst;
		for (; sent < due; sent++) socket.send(line(sent), ports.udp, '127.0.0.1');
		await sleep(burstMs);
	}
	let arrived = -1;
	for (let last = -2; last !== arrived;) {
		last = arrived;
		await sleep(1_000);
		arrived = (await taken(target, 'udp')) - before;
	}
	socket.close();
	return { sent, lost: sent - arrived };
}

/** How much the process grows by idle connections and others that send a line a second. */
async function growth(target: Target, defer: (undo: () => unknown) => void): Promise<number> {
	const sockets: Socket[] = [];
	defer(() => sockets.forEach((socket) => socket.destroy()));
	const before = await target.inside.settle();
	for (let opened = 0; opened < idle + busy; opened++) {
		const socket = connect(ports.tcp, '127.0.0.1');
		await once(socket, 'connect');
		sockets.push(socket);
	}
	for (let second = 0; second < seconds(20); second++) {
		for (const socket of sockets.slice(idle)) socket.write(line(second));
		await sleep(1_000);
	}
	const after = await target.inside.settle();
	const listener = { protocol: 'syslog', address: address.tcp };
	say(`${await metric(target.url, ofListener('connections', listener))} connections`);
	return after.resident - before.resident;
}
