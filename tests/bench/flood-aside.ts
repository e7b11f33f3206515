import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { flood, type Addressee } from './flood.ts';

type Order = Parameters<typeof flood>;

/** The same flood from a thread of its own, so that it does not delay those that measure something else meanwhile. */
export async function floodAside({ url, key }: Addressee, seconds: number): Promise<number> {
	const order: Order = [{ url, key }, seconds];
	const [rate] = (await once(new Worker(new URL(import.meta.url), { workerData: order }), 'message')) as [
		number
	];
	return rate;
}

if (!isMainThread) parentPort?.postMessage(await flood(...(workerData as Order)));
