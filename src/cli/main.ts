#!/usr/bin/env node

import process from 'node:process';

interface Command {
	/** Runs with the arguments after its name and gives the exit status. */
	run(args: string[]): Promise<number>;
}

/** Loaded when asked for, so that a command brings only what it needs: only `bootstrap` is of the server. */
const commands: Record<string, () => Promise<Command>> = {
	bootstrap: () => import('./bootstrap.ts')
};

const usage = `Usage: tailrace COMMAND …

  bootstrap   make an organization, its owner and an API key, on the server's machine

"tailrace COMMAND --help" tells more.
`;

const [name = '', ...args] = process.argv.slice(2);
process.exitCode = await main(name, args);

async function main(name: string, args: string[]): Promise<number> {
	if (name === '--help' || name === '-h') return say(process.stdout, usage, 0);
	const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (!load) return say(process.stderr, name ? `There is no command "${name}".\n\n${usage}` : usage, 2);
	try {
		const command = await load();
		return await command.run(args);
	} catch (error) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		return say(process.stderr, `tailrace ${name}: ${text}\n`, 1);
	}
}

function say(stream: NodeJS.WritableStream, text: string, status: number): number {
	stream.write(text);
	return status;
}
