import process from 'node:process';

export interface Command {
	/** Runs with the arguments after its name and returns the exit status. */
	run(args: string[]): Promise<number>;
}

export interface Offer {
	/** One line that says what the command does. */
	summary: string;
	/** Loaded on demand, so that a command loads only what it needs. */
	load(): Promise<Command>;
}

/** The commands that talk to a server and need nothing else of ours: these make up `/cli.mjs`. */
export const commands: Record<string, Offer> = {
	deploy: { summary: 'run a command and stream its output', load: () => import('./deploy.ts') },
	pipe: { summary: 'send what a program prints, line by line', load: () => import('./pipe.ts') },
	ship: { summary: 'send log files, stdin, containers or the journal', load: () => import('./ship.ts') },
	tail: { summary: 'print log lines, and follow them', load: () => import('./tail.ts') }
};

/** Runs the named command and returns its exit status: 2 for wrong usage. */
export async function run(commands: Record<string, Offer>, words: string[]): Promise<number> {
	const [name = '', ...args] = words;
	if (name === '--help' || name === '-h') return say(process.stdout, usage(commands), 0);
	const offer = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (!offer) {
		const wrong = name ? `Unknown command "${name}".\n\n` : '';
		return say(process.stderr, wrong + usage(commands), 2);
	}
	try {
		const command = await offer.load();
		return await command.run(args);
	} catch (error) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		return say(process.stderr, `tailrace ${name}: ${text}\n`, 1);
	}
}

function usage(commands: Record<string, Offer>): string {
	const width = Math.max(...Object.keys(commands).map((name) => name.length));
	const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
	return `Usage: tailrace COMMAND …\n\n${lines.join('\n')}\n\nRun "tailrace COMMAND --help" for its options.\n`;
}

function say(stream: NodeJS.WritableStream, text: string, status: number): number {
	stream.write(text);
	return status;
}
