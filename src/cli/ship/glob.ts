import { readdirSync, statSync, type Dirent } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** Told of a path that can't be looked at. */
export type Note = (path: string, error: unknown) => void;

/** The files and links that a pattern names now, as absolute paths. A path that exists as it stands is itself. */
export function find(pattern: string, note: Note): string[] {
	const path = resolve(pattern);
	if (!hasWildcards(path) || exists(path, note)) return exists(path, note) ? [path] : [];
	return walk('/', path.split('/').filter(Boolean), note);
}

/** Whether a path matches: by its whole, or by its last name if the pattern has no slash. */
export function matcher(pattern: string): (path: string) => boolean {
	if (!pattern.includes('/')) {
		const name = nameOf(pattern);
		return (path) => name.test(basename(path));
	}
	const parts = resolve(pattern).split('/').filter(Boolean);
	return (path) => matches(path.split('/').filter(Boolean), parts);
}

const hasWildcards = (text: string) => /[*?[{]/.test(text);

function exists(path: string, note: Note): boolean {
	try {
		return statSync(path, { throwIfNoEntry: false }) !== undefined;
	} catch (error) {
		note(path, error);
		return false;
	}
}

function walk(folder: string, [part = '', ...rest]: string[], note: Note): string[] {
	if (part === '**') {
		const below = list(folder, note).filter((entry) => entry.isDirectory());
		const deeper = below.flatMap(({ name }) => walk(join(folder, name), ['**', ...rest], note));
		return [...(rest.length > 0 ? walk(folder, rest, note) : []), ...deeper];
	}
	return namesIn(folder, part, note).flatMap((name) => {
		const path = join(folder, name);
		return rest.length > 0 ? walk(path, rest, note) : [path];
	});
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

function matches([name, ...names]: string[], [part, ...parts]: string[]): boolean {
	if (part === undefined) return name === undefined;
	if (part === '**') {
		const skips = name !== undefined && matches(names, ['**', ...parts]);
		return skips || matches(name === undefined ? [] : [name, ...names], parts);
	}
	return name !== undefined && nameOf(part).test(name) && matches(names, parts);
}

/** `*`, `?`, `[abc]`, `[!abc]` and `{one,other}` within a name, as in a shell. */
function nameOf(part: string): RegExp {
	let depth = 0;
	const source = part.replaceAll(/\[!?[^\]]+\]|[^]/g, (found) => {
		if (found.length > 2) return found.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
		if (found === '*') return '[^/]*';
		if (found === '?') return '[^/]';
		if (found === '{') return (depth++, '(?:');
		if (found === '}' && depth > 0) return (depth--, ')');
		if (found === ',' && depth > 0) return '|';
		return found.replace(/[\\^$.|+()[\]{}]/, '\\$&');
	});
	return new RegExp(`^${source}${')'.repeat(depth)}$`);
}
