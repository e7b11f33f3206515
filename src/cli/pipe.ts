import process from 'node:process';
import * as invocation from './pipe/invocation.ts';
import * as pipe from './pipe/run.ts';

/** The exit status is 2 for wrong usage, and otherwise that of pipe/run.ts. */
export async function run(args: string[]): Promise<number> {
	const asked = invocation.read(args, process.env);
	if (asked.ok) return pipe.run({ ...asked, reading: pipe.lineByLine });
	(asked.status === 0 ? process.stdout : process.stderr).write(asked.message);
	return asked.status;
}
