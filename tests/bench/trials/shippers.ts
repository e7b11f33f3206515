// The protocols of other products beside NDJSON: 8 senders of the same 1,000-line bodies, lines committed each second.
import { bodies, flood } from '../flood.ts';
import { count } from '../format.ts';
import { formats, type Line } from '../formats.ts';
import { product, watched } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

/** Times the NDJSON rate of the same run. */
const leastShare = 0.6;

await trial(async (defer) => {
	const target = await product(defer);
	await flood(target, 3);
	const ofNdjson = await watched(target, () => flood(target, seconds(20)));
	say(`NDJSON: ${count(ofNdjson)} lines/s`);
	const measures = [];
	for (const { name, contentType, path, encode } of formats) {
		const load = { contentType, path, bodies: bodies.map((body) => encode(linesOf(body))) };
		await flood(target, 3, load);
		const rate = await watched(target, () => flood(target, seconds(20), load));
		say(`${name}: ${count(rate)} lines/s`);
		measures.push({
			what: name,
			measured: `${count(rate)} lines/s, ${(rate / ofNdjson).toFixed(2)} × NDJSON`,
			must: `≥ ${leastShare} × NDJSON`,
			floor: `NDJSON: ${count(ofNdjson)} lines/s`,
			ok: rate >= leastShare * ofNdjson
		});
	}
	return measures;
});

function linesOf(body: Buffer): Line[] {
	const lines = body.toString('utf8').trimEnd().split('\n');
	return lines.map((line) => JSON.parse(line) as Line);
}
