import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import * as bells from '../delivery/bell.ts';
import * as descriptor from '../delivery/descriptor.ts';
import * as colors from './colors.ts';
import * as drainer from './drainer.ts';
import * as pipes from './pipes.ts';

/** After the command's end: how long its pipes must be quiet, and how long they are read at most, in ms. */
const quiet = 500;
const longest = 5_000;

/** Called with the command's bytes just after they went to our stdout or stderr; `beside` if stderr goes there as well. */
export type OnOutput = (bytes: Uint8Array, beside: boolean) => void;

export interface Child {
	/** Resolves when the command has ended and its output is read. Never rejects. */
	readonly ended: Promise<Ended>;
	kill(signal: NodeJS.Signals): void;
}

export interface Ended {
	/** As in a shell: 128 + n after a signal, 127 not found, 126 cannot be run. */
	status: number;
	/** Why the command could not be started, if so. */
	fault: string | null;
}

/** Where one of the command's outputs is read, and where it goes. */
interface OutputSource {
	reader: Readable;
	/** The same end again, to hand to a drainer. */
	spare: number | null;
	target: NodeJS.WriteStream;
	read: number;
}

/**
 * Runs the command on our stdin, and passes its stdout and stderr on to ours. If ours are the same (a terminal, `2>&1`), the
 * command's are one pipe too, and all its writes stay in order; otherwise the two are ordered by arrival.
 */
export function start(command: string[], onOutput: OnOutput): Child {
	const same = descriptor.isSame(1, 2);
	const made = pipes.make(same ? 1 : 2);
	const { child, fault } = run(command, made?.map(({ writer }) => writer) ?? ['pipe', 'pipe']);
	if (made) pipes.closeWriters(made);

	const targets = [process.stdout, process.stderr];
	const readers = made?.map(({ reader }) => reader) ?? [child?.stdout, child?.stderr];
	const sources = readers.flatMap((reader, index) => {
		const target = targets[index];
		return reader && target ? [{ reader, spare: made?.[index]?.spare ?? null, target, read: 0 }] : [];
	});
	for (const target of targets) {
		const own = sources.filter((source) => source.target === target);
		passOn(target, own, (bytes) => onOutput(bytes, same || target === process.stderr));
	}
	return {
		ended: fault.then(async (error) => ended(child, error, command, sources)),
		kill: (signal) => child?.kill(signal)
	};
}

/** Resolves `fault` with null once the command runs. spawn throws some errors and emits others. */
function run(
	[file = '', ...args]: string[],
	[out, err = out]: (number | 'pipe')[]
): { child: ChildProcess | null; fault: Promise<NodeJS.ErrnoException | null> } {
	try {
		const env = colors.keep(process.env, process.stdout);
		const child = spawn(file, args, { stdio: ['inherit', out, err], env });
		const fault = new Promise<NodeJS.ErrnoException | null>((resolve) => {
			child.once('spawn', () => resolve(null)).on('error', resolve);
		});
		return { child, fault };
	} catch (error) {
		return { child: null, fault: Promise.resolve(error as NodeJS.ErrnoException) };
	}
}

async function ended(
	child: ChildProcess | null,
	fault: NodeJS.ErrnoException | null,
	[file = '']: string[],
	sources: OutputSource[]
): Promise<Ended> {
	if (fault || !child) {
		sources.forEach(close);
		return unstarted(file, fault);
	}
	await exited(child);
	await drain(sources);
	for (const { reader, spare } of sources) if (!reader.destroyed) drainer.leave(spare ?? reader);
	sources.forEach(close);
	const { exitCode, signalCode } = child;
	return { status: exitCode ?? 128 + (signalCode ? constants.signals[signalCode] : 0), fault: null };
}

/** Not events.once, which rejects at an 'error': a signal that may not be sent (to sudo) is one, but no end. */
function exited(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
	return new Promise((resolve) => child.once('exit', () => resolve()));
}

function unstarted(file: string, fault: NodeJS.ErrnoException | null): Ended {
	if (fault?.code === 'ENOENT') return { status: 127, fault: `${file}: command not found` };
	if (fault?.code === 'EACCES') return { status: 126, fault: `${file}: permission denied` };
	return { status: 126, fault: `${file}: ${fault?.message ?? 'cannot be run'}` };
}

function passOn(
	target: NodeJS.WriteStream,
	sources: OutputSource[],
	output: (bytes: Uint8Array) => void
): void {
	let broken = false;
	for (const source of sources) {
		const { reader } = source;
		reader.on('data', (bytes: Buffer) => {
			source.read += bytes.length;
			const room = broken || target.write(bytes);
			output(bytes);
			if (room) return;
			reader.pause();
			target.once('drain', () => reader.resume());
		});
	}
	target.on('error', (error: NodeJS.ErrnoException) => {
		broken = true;
		// The reader of our output has gone (`| head`): the command learns of it as it would without us, by SIGPIPE at its next
		// write.
		if (error.code === 'EPIPE') sources.forEach(close);
		// Anything else, such as a full disk, is no reason to end a deploy.
		else for (const { reader } of sources) reader.resume();
	});
}

function close(source: OutputSource): void {
	source.reader.destroy();
	if (source.spare !== null) closeSync(source.spare);
	source.spare = null;
}

/**
 * Reads what the command itself wrote: that is in the pipes already. A process it left behind may hold them open, and write,
 * forever.
 */
async function drain(sources: OutputSource[]): Promise<void> {
	const bell = bells.hang();
	const ended = () => sources.every(({ reader }) => reader.closed);
	for (const { reader } of sources) reader.once('close', () => bell.ring());
	const latest = performance.now() + longest;
	let before = -1;
	while (!ended() && total(sources) !== before && performance.now() < latest) {
		before = total(sources);
		await bell.wait(quiet, ended);
		await setImmediate(); // the loop has read once more, however late the timer was
	}
}

function total(sources: OutputSource[]): number {
	return sources.reduce((sum, { read }) => sum + read, 0);
}
