import { readdirSync, statSync, type Dirent } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** The files and links that a pattern names now, as absolute paths. A path that exists as it stands is itself. */
export function find(pattern: string): string[] {
	const path = resolve(pattern);
	if (!hasWildcards(path) || exists(path)) return exists(path) ? [path] : [];
	return walk('/', path.split('/').filter(Boolean));
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

function exists(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function walk(folder: string, [part = '', ...rest]: string[]): string[] {
	if (part === '**') {
		const below = list(folder).filter((entry) => entry.isDirectory());
		const deeper = below.flatMap(({ name }) => walk(join(folder, name), ['**', ...rest]));
		return [...(rest.length > 0 ? walk(folder, rest) : []), ...deeper];
	}
	return namesIn(folder, part).flatMap((name) => {
		const path = join(folder, name);
		return rest.length > 0 ? walk(path, rest) : [path];
	});
}

function namesIn(folder: string, part: string): string[] {
	if (!hasWildcards(part)) return exists(join(folder, part)) ? [part] : [];
	const pattern = nameOf(part);
	const names = list(folder).map(({ name }) => name);
	return names.filter((name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')));
}

function list(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch {
		return []; // no folder, or gone, or not ours: nothing in it can be read either
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
