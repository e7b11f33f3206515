import { readFileSync } from 'node:fs';

/** Node's debugger port, for what can be asked of another process only through it: a collection, the heap, a profile. */
export const withInspector = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** One call of a profile: a function and the samples that fell on it itself. */
interface ProfileNode {
	id: number;
	callFrame: { functionName: string; url: string; lineNumber: number };
	hitCount: number;
}

export interface Memory {
	/** What lives after a collection, in bytes. */
	heap: number;
	/** Everything the process holds, in bytes. */
	resident: number;
}

/** Looks into a Node process that was started with `withInspector`. */
export class Inspector {
	readonly #socket: WebSocket;
	readonly #pid: number;
	readonly #waiting = new Map<number, (result: unknown) => void>();
	#calls = 0;

	private constructor(socket: WebSocket, pid: number) {
		this.#socket = socket;
		this.#pid = pid;
		socket.addEventListener('message', ({ data }) => {
			const { id, result } = JSON.parse(String(data)) as { id?: number; result: unknown };
			if (id !== undefined) this.#waiting.get(id)?.(result);
		});
	}

	/** @param output what the process has said; Node writes the address of its debugger there. */
	static async attach(pid: number, output: string): Promise<Inspector> {
		const address = /Debugger listening on (ws:\S+)/.exec(output)?.[1];
		if (!address) throw new Error(`the process ${pid} has no debugger`);
		const socket = new WebSocket(address);
		await new Promise((resolve, reject) => {
			socket.addEventListener('open', resolve, { once: true });
			socket.addEventListener('error', reject, { once: true });
		});
		return new Inspector(socket, pid);
	}

	/** Collects twice, because what was held by finalizers goes only the second time. */
	async settle(): Promise<Memory> {
		for (let round = 0; round < 2; round++) await this.#call('HeapProfiler.collectGarbage');
		const { usedSize } = (await this.#call('Runtime.getHeapUsage')) as { usedSize: number };
		return { heap: usedSize, resident: this.resident() };
	}

	/** Bytes in memory now. Source: proc(5), VmRSS. */
	resident(): number {
		return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8'))?.[1]);
	}

	/** Seconds on a core since it began. Source: proc(5), utime and stime, in hundredths of a second. */
	cpu(): number {
		const [, fields = ''] = readFileSync(`/proc/${this.#pid}/stat`, 'utf8').split(') ');
		const [user, system] = fields.split(' ').slice(11, 13).map(Number);
		return ((user ?? 0) + (system ?? 0)) / 100;
	}

	async startProfile(): Promise<void> {
		await this.#call('Profiler.enable');
		await this.#call('Profiler.setSamplingInterval', { interval: 500 });
		await this.#call('Profiler.start');
	}

	/** The functions with the most time of their own, in shares of the time it was not idle. */
	async stopProfile(most = 40): Promise<string> {
		const { profile } = (await this.#call('Profiler.stop')) as { profile: { nodes: ProfileNode[] } };
		return describe(profile.nodes, most);
	}

	close(): void {
		this.#socket.close();
	}

	#call(method: string, params: object = {}): Promise<unknown> {
		const id = ++this.#calls;
		this.#socket.send(JSON.stringify({ id, method, params }));
		return new Promise((resolve) => this.#waiting.set(id, resolve));
	}
}

function describe(nodes: readonly ProfileNode[], most: number): string {
	const own = new Map<string, number>();
	let busy = 0;
	for (const { callFrame, hitCount } of nodes) {
		if (callFrame.functionName === '(idle)') continue;
		const file = callFrame.url.split('/').slice(-3).join('/');
		const place = `${callFrame.functionName || '(anonymous)'} ${file}:${callFrame.lineNumber + 1}`;
		own.set(place, (own.get(place) ?? 0) + hitCount);
		busy += hitCount;
	}
	const sorted = [...own].sort(([, a], [, b]) => b - a).slice(0, most);
	return sorted
		.map(([place, hits]) => `${((100 * hits) / busy).toFixed(1).padStart(5)} %  ${place}`)
		.join('\n');
}
