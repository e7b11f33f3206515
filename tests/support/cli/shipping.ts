import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import * as contracts from '../logs/logs-contract.ts';
import type { Cli } from './cli.ts';
import type { Command } from './command.ts';

/** A folder with log files, and `tailrace ship` reading them. */
export interface Shipping {
	readonly folder: string;
	path(name: string): string;
	/** Lines at the end of a file, which need not be there yet. */
	append(name: string, ...lines: string[]): void;
	/** Reads what these words name, as another user if asked; its state stays for the next one. */
	ship(words: string[], more?: { env?: Record<string, string>; input?: string; user?: number }): Command;
	/** Sends a signal and resolves when it has ended. */
	end(command: Command, signal?: NodeJS.Signals): Promise<Ended>;
}

export interface Ended {
	status: number | null;
	stderr: string;
}

/** Ends with the test. `state`: another folder for the state. */
export function shipping(
	cli: Cli,
	target: { url: string; key?: string },
	{ node = process.execPath, state }: { node?: string; state?: string } = {}
): Shipping {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-ship-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const path = (name: string) => join(folder, name);
	const kept = state ?? path('.state');
	return {
		folder,
		path,
		append: (name, ...lines) => appendFileSync(path(name), lines.map((line) => `${line}\n`).join('')),
		ship(words, more = {}) {
			const all = ['ship', ...words, '--state', kept];
			return cli.run(all, { url: target.url, key: target.key ?? contracts.key, node, ...more });
		},
		async end(command, signal) {
			if (signal) command.child.kill(signal);
			const { status, stderr } = await command.ended;
			return { status, stderr: String(stderr) };
		}
	};
}

/** The same at a server of its own. */
export async function shippingScene(cli: Cli) {
	const contract = await contracts.start();
	const all = shipping(cli, contract);
	return {
		contract,
		...all,
		/** Resolves when a message is there. */
		arrived: (text: string) => contract.until(() => contract.messages.includes(text)),
		/** What names files, as the service web. */
		web: (pattern: string) => [all.path(pattern), '--service', 'web']
	};
}

export const numbered = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
