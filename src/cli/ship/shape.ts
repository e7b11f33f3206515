import type { Given } from '../delivery/assembly.ts';
import { membersOf, type Origin } from '../delivery/entry.ts';
import type { Line } from '../delivery/lines.ts';
import * as runtime from './runtime.ts';

/** Who wrote a file: a program by itself, or the runtime of its container. */
export type Kind = 'plain' | 'docker' | 'kubernetes';

/** What the lines of a file are. */
export interface Shape {
	kind: Kind;
	origin: Origin;
	decode(line: Line): Given;
}

/** What was asked for all lines. */
export interface Asked {
	/** Null: that of the container, or the request. */
	service: string | null;
	labels: Record<string, string>;
}

/** The shape of a file; null if it is none of a container. */
export function of(kind: Kind, path: string, asked: Asked): Shape | null {
	if (kind === 'plain') return plain(path, asked);
	const container = kind === 'docker' ? runtime.dockerContainer(path) : runtime.kubernetesContainer(path);
	return container && contained(kind, container, asked);
}

/** The service is that of the request. */
function plain(path: string, { labels }: Asked): Shape {
	const origin = { service: null, members: membersOf({ 'log.file.path': path, ...labels }) };
	return {
		kind: 'plain',
		origin,
		decode: (line) => ({ ...line, text: printed(line.text), stream: '', isPart: false })
	};
}

function contained(kind: Kind, container: runtime.Container, { service, labels }: Asked): Shape {
	const originOf = (fields: Record<string, string>): Origin => ({
		service: service ?? container.service,
		members: membersOf({ ...container.attributes, ...fields, ...labels })
	});
	const origin = originOf({});
	const origins = new Map(
		['stdout', 'stderr'].map((stream) => [stream, originOf({ 'log.iostream': stream })])
	);
	const decode = (line: Line): Given => {
		const given = runtime.decode(line);
		return { ...given, origin: origins.get(given.stream) ?? origin };
	};
	return { kind, origin, decode };
}

/** Without the hole that copytruncate leaves before the next line of a program that does not append. */
const printed = (text: string) => (text.startsWith('\0') ? text.replace(/^\0+/, '') : text);
