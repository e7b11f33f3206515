import { readdirSync, readlinkSync } from 'node:fs';
import { vi } from 'vitest';
import type { Command } from './command.ts';

/** Resolves when a command has these files open, under the names that they have by then; Linux only. */
export async function opened(command: Command, ...paths: string[]): Promise<void> {
	const folder = `/proc/${command.child.pid}/fd`;
	const all = () => readdirSync(folder).map((fd) => linkOf(`${folder}/${fd}`));
	await vi.waitUntil(() => paths.every((path) => all().includes(path)), { timeout: 20_000, interval: 5 });
}

function linkOf(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return ''; // closed meanwhile
	}
}
