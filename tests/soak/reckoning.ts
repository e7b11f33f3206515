import type { Group } from './alarms.ts';
import type { Archive } from './archive.ts';
import type { Said } from './crowd.ts';
import type { Deployer } from './deployers.ts';
import type { Disturbance } from './fleet.ts';
import { refusedWithinMs, type Revoker } from './revokers.ts';
import type { Searcher } from './searchers.ts';
import type { Sender } from './senders.ts';
import { count, seconds, type Row } from './table.ts';

/** All that is known at the end. */
export interface Known {
	senders: readonly Sender[];
	archives: readonly Archive[];
	/** Lines, by organization, as PostgreSQL counts them in the chunks, and its head. */
	stored: readonly { mark: string; lines: number; head: number }[];
	audience: Said;
	searchers: readonly Searcher[];
	deployers: readonly Deployer[];
	revokers: readonly Revoker[];
	disturbances: readonly Disturbance[];
	alarms: readonly Group[];
	/** Streams that the servers count after all readers have left. */
	streamsLeft: number;
	wantedLines: number;
}

/** What was found, and the row of the table that says it. */
interface Verdict {
	rows: Row[];
	faults: string[];
}

export function reckon(known: Known): Verdict {
	const parts = [lines(known), viewers(known), searches(known), deploys(known), keys(known), alarms(known)];
	return { rows: parts.flatMap(({ rows }) => rows), faults: parts.flatMap(({ faults }) => faults) };
}

function lines({ senders, archives, stored, wantedLines }: Known): Verdict {
	const acknowledged = sum(senders.map((sender) => sender.acknowledged));
	const sent = sum(archives.map((archive) => archive.sent));
	const faultCount = sum(archives.map((archive) => archive.faultCount));
	const faults = [...senders.flatMap((sender) => sender.faults), ...archives.flatMap(({ faults }) => faults)];
	const heads = new Map(stored.map(({ mark, head, lines }) => [mark, { head, lines }]));
	const uneven = archives.filter(({ mark, lines }) => {
		const found = heads.get(mark);
		return found?.head !== lines || found.lines !== lines;
	});
	const again = sum(senders.flatMap((sender) => [...sender.again.values()]));
	return {
		rows: [
			row(
				'lines acknowledged',
				`${count(acknowledged)}; ${count(again)} requests sent again`,
				`≥ 95 % of ${count(wantedLines)}`,
				acknowledged >= 0.95 * wantedLines
			),
			row(
				'of them stored once, in order, at the promised place, as sent',
				`${count(sent)}, ${count(faultCount)} faults`,
				`${count(acknowledged)}, 0 faults`,
				sent === acknowledged && faults.length === 0 && faultCount === 0
			),
			row(
				'organizations whose chunks in PostgreSQL hold as many lines as were read',
				String(archives.length - uneven.length),
				String(senders.length),
				uneven.length === 0 && archives.length === senders.length
			)
		],
		faults: [...faults, ...uneven.map(({ mark, lines }) => `${mark}: ${lines} lines were read`)]
	};
}

function viewers({ audience, streamsLeft }: Known): Verdict {
	const { came, lines, changes, faultCount, faults, longestMs } = audience;
	const seen = `${count(came)} viewers, ${count(lines)} lines, ${count(changes)} changes of server`;
	return {
		rows: [
			row(
				'viewers: every line once, in order, to the last',
				`${seen}, ${count(faultCount)} faults`,
				'0 faults',
				faultCount === 0 && lines > 0
			),
			row('longest that a viewer saw nothing new', seconds(longestMs), 'reported', true),
			row('streams left when all readers have gone', String(streamsLeft), '0', streamsLeft === 0)
		],
		faults
	};
}

function searches({ searchers }: Known): Verdict {
	const faults = searchers.flatMap((searcher) => searcher.faults);
	const done = sum(searchers.map((searcher) => searcher.searches));
	const longest = Math.max(...searchers.map(({ longestMs }) => longestMs));
	const found = `${count(done)} searches, ${faults.length} wrong; the slowest ${seconds(longest)}`;
	const must = '0 wrong';
	return {
		rows: [row('searches: every word counted exactly', found, must, done > 0 && !faults.length)],
		faults
	};
}

function deploys({ deployers, archives }: Known): Verdict {
	const faults = deployers.flatMap((deployer) => deployer.faults);
	const ended = deployers.flatMap((deployer) => deployer.ended);
	const told = new Map<string, number>();
	for (const { others } of archives)
		for (const { attributes } of others) {
			const { id, status } = attributes?.deploy ?? {};
			if (id !== undefined) told.set(`${id} ${status}`, (told.get(`${id} ${status}`) ?? 0) + 1);
		}
	const wrong = ended.filter(
		({ id, status }) => told.get(`${id} running`) !== 1 || told.get(`${id} ${status}`) !== 1
	);
	const bytes = sum(deployers.map((deployer) => deployer.bytes));
	const corrected = sum(deployers.map((deployer) => deployer.corrected));
	return {
		rows: [
			row(
				'deploys: log byte for byte, status, follower',
				`${count(ended.length)} of ${count(bytes)} bytes, ${corrected} offsets corrected, ${faults.length} faults`,
				'0 faults',
				ended.length > 0 && faults.length === 0
			),
			row(
				'deploys announced once at their start and once at their end',
				count(ended.length - wrong.length),
				count(ended.length),
				wrong.length === 0
			)
		],
		faults: [...faults, ...wrong.map(({ tenant, id }) => `${tenant.mark}: announcements of deploy ${id}`)]
	};
}

function keys({ revokers, archives }: Known): Verdict {
	const faults = revokers.flatMap((revoker) => revoker.faults);
	const revoked = revokers.flatMap((revoker) => revoker.revoked);
	const stored = new Map<string, number[]>();
	for (const { others } of archives)
		for (const { message, seq } of others) stored.set(message, [...(stored.get(message) ?? []), seq]);
	const attempts = revoked.flatMap(({ attempts }) => attempts);
	for (const { message, seq, status, at } of attempts) {
		const found = stored.get(message) ?? [];
		if (seq !== null && found.join() !== String(seq))
			faults.push(`"${message}" was acknowledged at ${seq} and is at ${found.join()}`);
		if (status === 401 && found.length > 0) faults.push(`"${message}" was refused and is at ${found.join()}`);
		if (found.length > 1) faults.push(`"${message}" is at ${found.join()}`);
		if (at > refusedWithinMs && found.length > 0) faults.push(`"${message}" was stored after ${at} ms`);
	}
	const accepted = revoked.map(({ acceptedMs }) => acceptedMs);
	const ends = revoked.map(({ endedMs }) => endedMs ?? Infinity);
	const times = `last line accepted p50 ${seconds(middle(accepted))}, max ${seconds(Math.max(...accepted))}`;
	const streams = `streams ended p50 ${seconds(middle(ends))}, max ${seconds(Math.max(...ends))}`;
	return {
		rows: [
			row(
				'keys revoked: refused everywhere, nothing stored after',
				`${revoked.length} keys, ${count(attempts.length)} lines; ${times}; ${streams}; ${faults.length} faults`,
				`≤ ${seconds(refusedWithinMs)}, 0 faults`,
				revoked.length > 0 && faults.length === 0
			)
		],
		faults
	};
}

function alarms({ alarms, disturbances }: Known): Verdict {
	const all = sum(alarms.map((group) => group.count));
	const unexplained = alarms.filter((group) => group.unexplained > 0);
	const times = (what: Disturbance['what']) => disturbances.filter((one) => one.what === what).length;
	const servers = `${times('server killed')} killed, ${times('server stopped')} stopped`;
	const postgres = `${times('PostgreSQL restarted')} restarted, ${times('PostgreSQL crashed')} crashed`;
	return {
		rows: [
			row(
				'faults made',
				`servers: ${servers}; PostgreSQL: ${postgres}`,
				'as planned',
				disturbances.length > 2
			),
			row(
				'alarms of servers and PostgreSQL without an explanation',
				`${count(sum(alarms.map((group) => group.unexplained)))} of ${count(all)}`,
				'0',
				unexplained.length === 0
			)
		],
		faults: unexplained.map(({ source, message, count }) => `alarm of ${source}, ${count} times: ${message}`)
	};
}

const row = (what: string, count: string, must: string, ok: boolean): Row => ({ what, count, must, ok });

const sum = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
