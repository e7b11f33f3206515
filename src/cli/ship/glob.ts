import { readdirSync, statSync, type Dirent } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** Told of a path that can't be looked at. */
export type Note = (path: string, error: unknown) => void;

/** The files and links that a pattern names now, as absolute paths. A path that exists as it stands is itself. */
export function find(pattern: string, note: Note): string[] {
	const path = resolve(pattern);
	if (!hasWildcards(path)) return exists(path, note) ? [path] : [];
	const isName = exists(path, () => {}); // what is wrong with its folders is noted when they are listed
	if (isName) return [path];
	const all = alternatives(pattern).map((one) => resolve(one).split('/').filter(Boolean));
	return [...new Set(all.flatMap((parts) => walk('/', parts, note)))];
}

/** Whether a path matches: by its whole, or by its last name if the pattern has no slash. Throws if it is no pattern. */
export function matcher(pattern: string): (path: string) => boolean {
	const all = alternatives(pattern).map(matcherOf);
	return (path) => all.some((matches) => matches(path));
}

/** What is wrong with a pattern; null if nothing is. */
export function faultOf(pattern: string): string | null {
	try {
		matcher(pattern);
		return null;
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		return `"${pattern}" is not a pattern: a range in brackets must ascend, such as [a-z].`;
	}
}

const hasWildcards = (text: string) => /[*?[{]/.test(text);

/** With one of the texts of each `{one,other}`; they may have slashes and braces in them. */
function alternatives(pattern: string): string[] {
	const found = /\{([^{}]*)\}/.exec(pattern);
	if (!found) return [pattern];
	const [before, after] = [pattern.slice(0, found.index), pattern.slice(found.index + found[0].length)];
	const all = (found[1] ?? '').split(',').flatMap((text) => alternatives(before + text + after));
	return [...new Set(all)];
}

function exists(path: string, note: Note): boolean {
	try {
		return statSync(path, { throwIfNoEntry: false }) !== undefined;
	} catch (error) {
		note(path, error);
		return false;
	}
}

function walk(folder: string, [part = '', ...rest]: string[], note: Note): string[] {
	if (part === '**') return walkBelow(folder, rest, note);
	return namesIn(folder, part, note).flatMap((name) => {
		const path = join(folder, name);
		return rest.length > 0 ? walk(path, rest, note) : [path];
	});
}

/** In this folder and in all that are not hidden. With nothing behind the `**`, everything in them. */
function walkBelow(folder: string, rest: string[], note: Note): string[] {
	const entries = list(folder, note).filter(({ name }) => !name.startsWith('.'));
	const folders = entries.filter((entry) => entry.isDirectory());
	const deeper = folders.flatMap(({ name }) => walkBelow(join(folder, name), rest, note));
	if (rest.length > 0) return [...walk(folder, rest, note), ...deeper];
	const files = entries.filter((entry) => !entry.isDirectory());
	return [...files.map(({ name }) => join(folder, name)), ...deeper];
}

function namesIn(folder: string, part: string, note: Note): string[] {
	if (!hasWildcards(part)) return exists(join(folder, part), note) ? [part] : [];
	const pattern = nameOf(part);
	const names = list(folder, note).map(({ name }) => name);
	return names.filter((name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')));
}

function list(folder: string, note: Note): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch (error) {
		note(folder, error);
		return [];
	}
}

function matcherOf(pattern: string): (path: string) => boolean {
	if (!pattern.includes('/')) {
		const name = nameOf(pattern);
		return (path) => name.test(basename(path));
	}
	const parts = resolve(pattern).split('/').filter(Boolean);
	const all = parts.map((part) => (part === '**' ? part : nameOf(part)));
	return (path) => matches(path.split('/').filter(Boolean), all);
}

function matches([name, ...names]: string[], [part, ...parts]: (RegExp | '**')[]): boolean {
	if (part === undefined) return name === undefined;
	if (part === '**') {
		const skips = name !== undefined && matches(names, ['**', ...parts]);
		return skips || matches(name === undefined ? [] : [name, ...names], parts);
	}
	return name !== undefined && part.test(name) && matches(names, parts);
}

/** `*`, `?`, `[abc]` and `[!abc]` within a name, as in a shell. */
function nameOf(part: string): RegExp {
	const source = part.replaceAll(/\[!?[^\]]+\]|[^]/g, (found) => {
		if (found.length > 2) return found.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
		if (found === '*') return '[^/]*';
		if (found === '?') return '[^/]';
		return found.replace(/[\\^$.|+()[\]{}]/, '\\$&');
	});
	return new RegExp(`^${source}$`);
}
