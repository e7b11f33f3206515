import { Buffer } from 'node:buffer';
import process from 'node:process';
import { Notices } from './delivery/notices.ts';
import * as signals from './delivery/signals.ts';
import * as child from './deploy/child.ts';
import * as invocation from './deploy/invocation.ts';
import * as metadata from './deploy/metadata.ts';
import { Sender } from './deploy/sender.ts';

/** The exit status is the command's, whatever the server does; 2 for wrong usage. */
export async function run(args: string[]): Promise<number> {
	const asked = invocation.read(args, process.env);
	if (!asked.ok) {
		(asked.status === 0 ? process.stdout : process.stderr).write(asked.message);
		return asked.status;
	}
	const notices = new Notices(process.stderr);
	const say = (message: string) => notices.say(message);
	if (asked.fault !== null) say(`the deploy is not streamed: ${asked.fault}`);
	const sender = asked.server && new Sender(asked.server, say);

	let running = true;
	let stopped = false;
	const release = signals.listen((signal) => {
		if (!running) return sender?.giveUp();
		stopped = true;
		if (!signals.isShared(signal)) command.kill(signal);
	});
	const command = child.start(asked.command, (bytes, beside) => {
		if (beside) notices.passed(bytes);
		sender?.write(bytes);
	});
	const found = metadata.find(process.env, process.cwd());
	sender?.begin(found.then((more) => ({ ...asked.deploy, ...more })));

	const { status, fault } = await command.ended;
	running = false;
	notices.flush();
	if (fault !== null) {
		say(fault);
		sender?.write(Buffer.from(`tailrace: ${fault}\n`));
	}
	await sender?.end({ status: outcome(status, stopped), exit_code: status });
	release();
	notices.flush();
	return status;
}

function outcome(status: number, stopped: boolean): 'succeeded' | 'failed' | 'cancelled' {
	if (status === 0) return 'succeeded';
	return stopped ? 'cancelled' : 'failed';
}
