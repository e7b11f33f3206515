import type { Logger } from 'pino';
import type { Clock } from '../lib/server/clock.ts';
import type { KeyGuard } from '../lib/server/access/key-guard.ts';
import type { KeyUse } from '../lib/server/access/key-use.ts';
import * as memberships from '../lib/server/access/memberships.ts';
import { digest } from '../lib/server/digest.ts';
import { addressOf, type Listener } from '../lib/server/listeners.ts';
import type { Config } from '../lib/server/config.ts';
import type { LogWriter } from '../lib/server/logs/writer.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';
import type { Reason } from '../lib/server/sockets/counts.ts';
import type { Destination, Resolved } from '../lib/server/sockets/destination.ts';
import type { Destinations } from '../lib/server/sockets/port.ts';
import { ofIngest } from '../lib/server/self-logs.ts';
import { openGrpc, type GrpcOptions, type GrpcServer } from '../lib/server/sockets/otlp-grpc.ts';
import { CannotOpen } from '../lib/server/sockets/cannot-open.ts';
import { Sockets } from '../lib/server/sockets/sockets.ts';
import type { Decoder } from './decoder.ts';

interface Surroundings {
	sql: Sql;
	keyGuard: KeyGuard;
	keyUses: KeyUse;
	writer: LogWriter;
	decoder: Decoder;
	log: Logger;
	clock: Clock;
}

/** How long an organization counts as it was looked up, in ms. */
const freshMs = 1_000;
/** Between two warnings about one listener, in ms. */
const quietMs = 60_000;

/** The sockets that lines are taken from; `open` begins to. */
export function openSockets({ listeners, otlpGrpc }: Config, given: Surroundings & GrpcOptions) {
	const surroundings = { ...given, log: given.log.child(ofIngest) };
	const { writer, decoder, log, clock } = surroundings;
	const sockets = new Sockets({
		decode: (org, job) => decoder.decode(org, { ...job, now: clock.now() }),
		append: (request) => writer.append(request),
		log
	});
	const destinations = destinationsOf(surroundings);
	const grpc = openGrpc(surroundings);
	return {
		sockets,
		async open(): Promise<void> {
			await sockets.open(listeners, destinations);
			if (otlpGrpc) await listenForGrpc(grpc, otlpGrpc, log);
		},
		close: () => Promise.all([sockets.close(), grpc.close()])
	};
}

function destinationsOf({ sql, keyGuard, keyUses, log }: Surroundings): Destinations {
	const warn = warner(log);
	return {
		organization(listener): Destination {
			const slug = listener.org ?? '';
			let known: { resolved: Resolved; at: number } | null = null;
			async function resolve(): Promise<Resolved> {
				if (known && performance.now() - known.at < freshMs) return known.resolved;
				const resolved = of(await memberships.findBySlug(sql, slug));
				known = { resolved, at: performance.now() };
				if (!resolved.ok) warn(listener, resolved.reason, slug);
				return resolved;
			}
			return { name: 'organization', resolve };
		},

		ofKey(listener, key, from): Destination {
			async function resolve(): Promise<Resolved> {
				const identified = await keyGuard.identify(key, from);
				if (identified.kind !== 'key' || !identified.key.scopes.includes('write'))
					return { ok: false, reason: 'key' };
				const { id, org, slug, isSuspended, watchedUntil } = identified.key;
				if (isSuspended) warn(listener, 'suspended', slug);
				const request = {
					method: listener.protocol,
					path: addressOf(listener),
					status: isSuspended ? 403 : 200
				};
				keyUses.note({ id, org, watchedUntil }, from, request);
				return isSuspended ? { ok: false, reason: 'suspended' } : { ok: true, org };
			}
			return { name: digest(key), resolve };
		}
	};
}

function of(org: memberships.Organization | null): Resolved {
	if (!org) return { ok: false, reason: 'organization' };
	return org.isSuspended ? { ok: false, reason: 'suspended' } : { ok: true, org: org.id };
}

/** Says now and then that the lines of a listener are dropped, and why. */
function warner(log: Logger) {
	const last = new Map<Listener, number>();
	return (listener: Listener, reason: Reason, slug: string) => {
		if (performance.now() - (last.get(listener) ?? -Infinity) < quietMs) return;
		last.set(listener, performance.now());
		const what = reason === 'suspended' ? 'a suspended organization' : 'an organization that does not exist';
		log.warn({ listener: addressOf(listener), org: slug }, `a listener drops lines for ${what}`);
	};
}

/** Takes OTLP over gRPC at an address. @throws CannotOpen */
async function listenForGrpc(
	server: GrpcServer,
	{ host, port }: NonNullable<Config['otlpGrpc']>,
	log: Logger
) {
	try {
		const actual = await server.listen(host, port);
		log.info({ host, port: actual }, 'OTLP over gRPC is taken');
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new CannotOpen(`OTLP_GRPC_LISTEN is "${host}:${port}", where it cannot listen: ${why}.`, { cause });
	}
}
