import process from 'node:process';
import { Notices } from './delivery/notices.ts';
import * as invocation from './tail/invocation.ts';
import { Output } from './tail/output.ts';
import { print } from './tail/printer.ts';
import { Reader, type Outcome } from './tail/reader.ts';

/** How long a server that is away is waited for where nothing is followed, in ms. */
const patience = 60_000;

/** The exit status is 0 after the history, 1 if the server did not give it all or ended the stream, and 2 for wrong usage. */
export async function run(args: string[]): Promise<number> {
	const { stdout, stderr, env } = process;
	const asked = invocation.read(args, env, stdout.isTTY ?? false);
	if (!asked.ok) {
		(asked.status === 0 ? stdout : stderr).write(asked.message);
		return asked.status;
	}
	const output = new Output(stdout);
	const notices = new Notices(stderr);
	const reader = new Reader({
		asked,
		stop: output.gone,
		patience: asked.follow ? Infinity : patience,
		say: (message) => notices.say(message),
		print: (entries) => output.write(entries.map((entry) => print(entry, asked.style)).join(''))
	});
	const outcome = await read(reader, asked);
	if (output.fault) notices.say(`the output cannot be written: ${output.fault}`);
	if (output.gone.aborted) return output.status;
	if (outcome.kind === 'ended') return 0;
	notices.say(outcome.reason);
	return 1;
}

async function read(reader: Reader, { lines, follow }: invocation.Asked): Promise<Outcome> {
	const found = await reader.find();
	if (found.kind !== 'ended') return found;
	const printed = await (lines === Infinity ? reader.all() : reader.newest(lines));
	if (printed.kind !== 'ended' || !follow) return printed;
	return reader.follow();
}
