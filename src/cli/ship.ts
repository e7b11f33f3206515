import process from 'node:process';
import * as files from './ship/run.ts';
import * as invocation from './ship/invocation.ts';
import * as pipe from './pipe/run.ts';

/**
 * The exit status is 0 if everything was delivered, 1 if not, or if something went wrong, 2 for wrong usage. For stdin it is
 * that of `tailrace pipe`.
 */
export async function run(args: string[]): Promise<number> {
	const asked = invocation.read(args, process.env);
	if (!asked.ok) {
		(asked.status === 0 ? process.stdout : process.stderr).write(asked.message);
		return asked.status;
	}
	const { input, server, fault, ...more } = asked;
	if (input.kind === 'stdin') return pipe.run({ ...more, server, fault, reading: pipe.joined(more.asked) });
	if (server) return files.run({ ...more, server, input });
	process.stderr.write(`tailrace: ${fault}\n`);
	return 1;
}
