import { readFile } from 'node:fs/promises';
import type { Disturbance, Fleet } from './fleet.ts';

/** A warning or an error of a server or of PostgreSQL. */
interface Alarm {
	source: 'server' | 'PostgreSQL';
	at: number;
	message: string;
	text: string;
}

/** Alarms with the same words, and what explains them. */
export interface Group {
	source: Alarm['source'];
	message: string;
	count: number;
	/** Those that no disturbance explains. */
	unexplained: number;
	reason: string | null;
	/** The first that is unexplained, else the first, as it was logged. */
	example: string;
}

type Cause = Disturbance['what'];

interface Known {
	source: Alarm['source'];
	message: RegExp;
	causes: readonly Cause[];
	reason: string;
}

const away: readonly Cause[] = ['PostgreSQL restarted', 'PostgreSQL crashed'];

const known: readonly Known[] = [
	{
		source: 'server',
		message:
			/^(the database went away|LISTEN lost PostgreSQL|an outage has begun|the outage is over|a request met an outage)/,
		causes: away,
		reason: 'PostgreSQL was away'
	},
	{
		source: 'server',
		message:
			/^(maintenance failed|the outbox could not be read|a delivery failed|follow-up work of a request failed|a deploy could not be kept)/,
		causes: away,
		reason: 'PostgreSQL was away; the server tries again by itself'
	},
	{
		source: 'server',
		message: /^(a deploy log could not be written|a search was cut off)/,
		causes: away,
		reason: 'PostgreSQL was away; who asked was told, and asks again'
	},
	{
		source: 'PostgreSQL',
		message: /^FATAL: {2}(terminating connection due to|the database system is|terminating background)/,
		causes: away,
		reason: 'PostgreSQL ended'
	},
	{
		source: 'PostgreSQL',
		message: /^WARNING: {2}terminating connection because of crash|^LOG: {2}.*crash/,
		causes: away,
		reason: 'PostgreSQL ended as in a crash'
	},
	{
		source: 'PostgreSQL',
		message: /^FATAL: {2}connection to client lost/,
		causes: ['server killed'],
		reason: 'PostgreSQL was answering a server that was killed'
	}
];

/** Alarms may come so long before and after what causes them, in ms: a probe notices after 5 s, a retry comes up to 15 s later. */
const beforeMs = 500;
const afterMs = 20_000;

export async function gather(fleet: Fleet): Promise<Group[]> {
	const alarms = [
		...fleet.generations.flatMap(({ output }) => ofServer(output())),
		...ofPostgres(await readFile(fleet.postgres.log, 'utf8'))
	];
	const groups = new Map<string, Alarm[]>();
	for (const alarm of alarms) {
		const name = `${alarm.source} ${alarm.message}`;
		groups.set(name, [...(groups.get(name) ?? []), alarm]);
	}
	return [...groups.values()].map((some) => groupOf(some, fleet.disturbances));
}

function groupOf(alarms: readonly Alarm[], disturbances: readonly Disturbance[]): Group {
	const [first] = alarms as [Alarm];
	const reason = known.find(({ source, message }) => source === first.source && message.test(first.message));
	const causes = disturbances.filter(({ what }) => reason?.causes.includes(what));
	const unexplained = alarms.filter(
		({ at }) => !causes.some(({ from, to }) => at >= from - beforeMs && at <= to + afterMs)
	);
	return {
		source: first.source,
		message: first.message,
		count: alarms.length,
		unexplained: unexplained.length,
		reason: reason?.reason ?? null,
		example: (unexplained[0] ?? first).text.slice(0, 2_000)
	};
}

interface Logged {
	level: number;
	time: number | string;
	msg: string;
	task?: string;
	outage?: unknown;
	err?: { message?: string };
}

const warning = 40; // pino's levels

/** What is no line of the log is an alarm as well: Node says there why it ends. */
function ofServer(output: string): Alarm[] {
	const alarms: Alarm[] = [];
	for (const text of output.split('\n')) {
		if (text.trim() === '' || /^Tailrace is ready|^\s/.test(text)) continue;
		const line = logged(text);
		if (line && line.level < warning) continue;
		const at = line ? new Date(line.time).getTime() : NaN;
		const message = line ? `${line.msg}${line.task ? `: ${line.task}` : ''}` : text;
		alarms.push({ source: 'server', at, message, text });
	}
	return alarms;
}

function logged(text: string): Logged | null {
	try {
		return JSON.parse(text) as Logged;
	} catch {
		return null;
	}
}

/** `2026-11-29 14:00:00.000 UTC [1] FATAL:  words`; what follows until the next such line belongs to it. */
function ofPostgres(log: string): Alarm[] {
	const line = /^(\S+ \S+) UTC \[\d+\] ((?:WARNING|ERROR|FATAL|PANIC): .*)$/gm;
	return [...log.matchAll(line)].map(([text, at = '', message = '']) => ({
		source: 'PostgreSQL',
		at: Date.parse(`${at.replace(' ', 'T')}Z`),
		message: message.replace(/\d+/g, '#'),
		text
	}));
}
