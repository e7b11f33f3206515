import { describe, expect, it } from 'vitest';
import { levelOf } from '../../../log/entry.ts';
import * as repair from '../repair.ts';
import { none, now } from '../../../../../tests/support/logs/repairing.ts';
import * as access from './shapes/access.ts';
import * as dates from './shapes/dates.ts';
import * as languages from './shapes/languages.ts';
import * as moreLanguages from './shapes/more-languages.ts';
import * as pairs from './shapes/pairs.ts';
import * as plain from './shapes/plain.ts';
import * as servers from './shapes/servers.ts';
import * as syslog from './shapes/syslog.ts';
import * as tools from './shapes/tools.ts';
import * as traces from './shapes/traces.ts';
import * as zones from './shapes/zones.ts';

const shapes = [
	plain,
	languages,
	moreLanguages,
	servers,
	syslog,
	zones,
	pairs,
	dates,
	tools,
	traces,
	access
].flatMap((file) => file.shapes);

describe('a line of', () => {
	it.each(shapes.map((shape) => [shape.of, shape] as const))('%s says what it says', (_of, shape) => {
		const entry = repair.line(shape.line, none, now);
		expect(entry.message).toBe(shape.line);
		expect({
			level: levelOf(entry.severity),
			time: entry.time === null ? undefined : new Date(entry.time).toISOString(),
			attributes: JSON.parse(entry.attributes)
		}).toEqual({
			level: shape.level,
			time: shape.time,
			attributes: shape.attributes ?? {}
		});
	});
});
