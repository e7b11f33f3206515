import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { start, type Command } from './command.ts';

const built = fileURLToPath(new URL('../../../build/cli.mjs', import.meta.url));

export interface Options {
	url: string;
	node: string;
	key: string;
	/** All of stdin; without it, stdin stays open for `type`. */
	input?: string;
	env?: Record<string, string>;
	/** Another user that runs it; only root can ask for one. */
	user?: number;
}

export interface Cli {
	/** The one file, in a folder that is removed with the tests. */
	readonly file: string;
	readonly folder: string;
	/** Runs `tailrace` with these words. */
	run(words: string[], options: Options): Command;
	/** Runs a line of sh in the same folder. */
	shell(line: string, options: Omit<Options, 'node'>): Command;
}

/** The CLI as the server offers it: that of the build. */
export function bundled(): Cli {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-cli-'));
	const file = join(folder, 'cli.mjs');
	copyFileSync(built, file);
	afterAll(() => rmSync(folder, { recursive: true }));

	function begin(command: string[], { url, key, input, env, user }: Omit<Options, 'node'>): Command {
		if (user !== undefined) chmodSync(folder, 0o755);
		const [program = '', ...args] = command;
		const all = { TAILRACE_URL: url, TAILRACE_KEY: key, ...env };
		const more = { ...(input !== undefined && { input }), ...(user !== undefined && { user }) };
		return start(program, args, { cwd: folder, env: all, ...more });
	}

	return {
		file,
		folder,
		run: (words, options) => begin([options.node, file, ...words], options),
		shell: (line, options) => begin(['sh', '-c', line], options)
	};
}

const ownLines = /^tailrace: .*\n/gm;

/** The part of stderr that is not the CLI's notices. */
export const withoutNotices = (bytes: Buffer): Buffer =>
	Buffer.from(bytes.toString('latin1').replace(ownLines, ''), 'latin1');
