const services = Array.from({ length: 20 }, (_, index) => `service-${index + 1}`);
const verbs = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'];
const routes = ['/api/users', '/api/orders', '/checkout', '/search', '/assets/app.js', '/healthz'];
const levels = ['info', 'info', 'info', 'info', 'debug', 'warn', 'error'];

/** Numbers that are the same in every run (xorshift32). */
function random(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) % below;
	};
}

/**
 * Lines as a real installation has them, as NDJSON of about 250 bytes each: 20 services, half of the lines text with numbers and ids,
 * half requests with five attributes, 15 % with a trace id, 3 % with the word "slowly". `seed` is not 0.
 */
export function corpus(count: number, seed = 1): Buffer {
	const draw = random(seed);
	const hex = (digits: number) => Array.from({ length: digits }, () => draw(16).toString(16)).join('');
	const pick = (some: readonly string[]) => some[draw(some.length)] ?? '';

	function line(): string {
		const common = {
			time: new Date(1_795_000_000_000 + draw(60_000)).toISOString(),
			level: pick(levels),
			service: pick(services),
			host: `node-${draw(8)}`,
			...(draw(100) < 15 && { trace_id: hex(32) })
		};
		if (draw(2) === 0) {
			const message = `user ${draw(1e6)} opened session ${hex(12)} from 10.${draw(256)}.${draw(256)}.${draw(256)} after ${draw(5000)} ms, ${draw(40)} items in cart ${hex(8)}${draw(100) < 6 ? ', slowly' : ''}`;
			return JSON.stringify({ ...common, message });
		}
		const [method, path, status] = [
			pick(verbs),
			`${pick(routes)}/${draw(1e5)}`,
			200 + draw(5) * (draw(10) === 0 ? 100 : 1)
		];
		const attributes = { method, path, status, duration_ms: draw(1e6) / 1000, bytes: draw(1e5) };
		return JSON.stringify({ ...common, message: `${method} ${path} ${status}`, attributes });
	}

	return Buffer.from(Array.from({ length: count }, () => `${line()}\n`).join(''));
}
