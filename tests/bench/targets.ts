import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startServer, type Account, type Server } from '../support/server/server.ts';
import { Inspector, withInspector } from './inspector.ts';
import { say, type Defer } from './trial.ts';

/** A server under load: the product, or the bare one it is compared with. */
export interface Target {
	url: string;
	key: string;
	/** A look into its process. */
	inside: Inspector;
	stop(): Promise<void>;
}

/** The product, with one organization; `env` are variables beside those of every trial. */
export async function product(
	defer: Defer,
	env: Record<string, string> = {}
): Promise<Target & { server: Server; account: Account }> {
	const server = await startServer({ env: { ...withInspector, ...env } });
	defer(() => server.stop());
	const account = await server.bootstrap();
	const inside = await Inspector.attach(server.pid, server.output());
	defer(() => inside.close());
	return { url: server.url, key: account.key, inside, server, account, stop: () => server.stop() };
}

/** The floor of the live trials (bare.ts): at each POST so many events of so many bytes to everybody. */
export async function bare(defer: Defer, lines: number, bytes: number): Promise<Target> {
	const path = fileURLToPath(new URL('bare.ts', import.meta.url));
	const words = [withInspector.NODE_OPTIONS, path, String(lines), String(Math.round(bytes))];
	const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
	const exited = once(child, 'exit');
	async function stop(): Promise<void> {
		child.kill('SIGTERM');
		await exited;
	}
	defer(stop);
	let output = '';
	child.stderr.on('data', (text) => (output += String(text)));
	const [address] = await once(child.stdout, 'data');
	const inside = await Inspector.attach(child.pid as number, output);
	defer(() => inside.close());
	return { url: String(address).trim(), key: 'none', inside, stop };
}

/** The value of a metric now. */
export async function gauge({ url }: Pick<Target, 'url'>, name: string): Promise<number> {
	const text = await (await fetch(`${url}/metrics`)).text();
	const value = new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1];
	if (value === undefined) throw new Error(`there is no metric ${name}`);
	return Number(value);
}

/** Runs the load and says what it cost the server's process; with --profile also where its time went. */
export async function watched<Result>(target: Target, load: () => Promise<Result>): Promise<Result> {
	return (await weighed(target, load)).result;
}

/** The same; gives the cost too, in cores. */
export async function weighed<Result>(
	{ inside }: Target,
	load: () => Promise<Result>
): Promise<{ result: Result; cores: number }> {
	const started = performance.now();
	const before = inside.cpu();
	if (process.env.BENCH_PROFILE) await inside.startProfile();
	const result = await load();
	const cores = (1000 * (inside.cpu() - before)) / (performance.now() - started);
	say(`the server's process took ${cores.toFixed(2)} of a core`);
	if (process.env.BENCH_PROFILE) say(`where its time went:\n${await inside.stopProfile()}`);
	return { result, cores };
}
