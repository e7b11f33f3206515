// 64 senders of one line each at a time.
import { Connection } from '../connection.ts';
import { count, ms, spread } from '../format.ts';
import { Histogram } from '../histogram.ts';
import { line } from '../lines.ts';
import { product, watched, type Target } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

const senders = 64;
const least = 7_000; // requests/s
const mostDelay = 15; // ms, the median

await trial(async (defer) => {
	const target = await product(defer);
	await flood(target, 3);
	const { rate, acks } = await watched(target, () => flood(target, seconds(10)));
	say(`${count(rate)} requests/s, ${spread(acks)}`);
	return [
		{
			what: 'single lines',
			measured: `${count(rate)} requests/s, ack ${spread(acks)}`,
			must: `≥ ${count(least)} requests/s, ack p50 ≤ ${ms(mostDelay)}`,
			floor: '',
			ok: rate >= least && acks.quantile(0.5) <= mostDelay
		}
	];
});

async function flood({ url, key }: Target, seconds: number): Promise<{ rate: number; acks: Histogram }> {
	const acks = new Histogram();
	const started = performance.now();
	const until = started + seconds * 1000;
	async function send(sender: number): Promise<void> {
		const connection = await Connection.open(url, key, 'application/json');
		const body = Buffer.from(line(sender));
		for (let sent = performance.now(); sent < until; sent = performance.now()) {
			const answer = await connection.send(body);
			if (answer.status !== 200) throw new Error(`a line was answered ${answer.status}: ${answer.body}`);
			acks.add(performance.now() - sent);
		}
		connection.close();
	}
	await Promise.all(Array.from({ length: senders }, (_, sender) => send(sender)));
	return { rate: acks.count / ((performance.now() - started) / 1000), acks };
}
