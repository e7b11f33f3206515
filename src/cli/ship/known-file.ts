import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import * as fingerprint from './fingerprint.ts';
import * as regularFile from './regular-file.ts';
import type { Kind } from './shape.ts';

/** What is kept of a file to recognize it, and to go on where it was left. */
export interface Known extends fingerprint.Identity {
	id: string;
	kind: Kind;
	/** As it was found, and where links led. */
	path: string;
	real: string;
	/** Its path before it was renamed, if it was. */
	former?: string;
	offset: number;
	/** Whether it was rotated or removed, and all of it sent. */
	isSent?: boolean;
	head: fingerprint.Mark;
	/** The bytes before an offset that the server has: a copy has the same ones. */
	seal: fingerprint.Mark;
}

export interface Beginning {
	/** Only what comes from now on. */
	atEnd?: boolean;
	/** What it is called, if not by its path. */
	name?: string;
}

/** One that was not read before, open; null if it is gone. Throws if it can't be read. */
export function open(
	path: string,
	kind: Kind,
	{ atEnd = false, name = path }: Beginning
): { file: number; known: Known } | null {
	const file = regularFile.open(path);
	if (file === null) return null;
	try {
		const { size } = fstatSync(file);
		const offset = atEnd ? regularFile.lastLine(file, size) : 0;
		const head = fingerprint.head(file, size);
		const seal = fingerprint.mark(file, offset) ?? head;
		const place = { path: name, real: regularFile.realOf(path), ...fingerprint.identityOf(file) };
		return { file, known: { id: randomUUID(), kind, offset, head, seal, ...place } };
	} catch (error) {
		closeSync(file);
		throw error;
	}
}
