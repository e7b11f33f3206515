import { once } from 'node:events';
import http2, {
	type Http2ServerRequest,
	type Http2ServerResponse,
	type ServerHttp2Session
} from 'node:http2';
import { toBinary, type Message } from '@bufbuild/protobuf';
import {
	Code,
	ConnectError,
	createContextKey,
	createContextValues,
	type HandlerContext
} from '@connectrpc/connect';
import { compressionGzip, connectNodeAdapter } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import { authorize, type Access, type Registers } from '../access/authorize.ts';
import type { KeyUse } from '../access/key-use.ts';
import * as secret from '../access/secret.ts';
import type { Refused } from '../http/problem.ts';
import { Admission, type Place } from '../ingest/admission.ts';
import type { Taking } from '../ingest/taking.ts';
import { limit } from './grpc-arrival.ts';
import { compressionZstd } from './grpc-zstd.ts';
import { exportLogs } from './otlp-service.ts';

/** The largest message, in bytes: twice what gRPC allows by default. It is read as a whole before anything looks at it. */
const mostBytes = 8 * 1024 * 1024;
/** Calls that are read at a time, of one organization half as many; more wait in their senders, which keep them. */
const mostCalls = 32;
/** How long calls under way have to end when the server stops, in ms. */
const patience = 5_000;

export interface GrpcOptions extends Registers {
	keyUses: KeyUse;
	admission: Admission;
	taking: Taking;
	log: Logger;
}

/** A server for OTLP over gRPC without TLS (h2c), as collectors expect it on port 4317. */
export interface GrpcServer {
	/** Begins to listen. Rejects if it cannot. */
	listen(host: string, port: number): Promise<number>;
	/** Takes no more calls, and resolves when those under way have ended. */
	close(): Promise<void>;
}

/** Who calls. */
interface Caller {
	access: Access;
	secret: string;
	address: string | null;
}

const callerKey = createContextKey<Caller | null>(null);

/**
 * Opens the service. Who calls is checked before a message is read, and again when it is here. What passes is UNAVAILABLE, because
 * clients send again after that alone (OTLP 1, "Failures" of gRPC).
 */
export function openGrpc(options: GrpcOptions): GrpcServer {
	const { log } = options;
	const callers = new WeakMap<object, Caller>();
	const sessions = new Set<ServerHttp2Session>();
	const calls = new Admission(mostCalls);

	const handle = connectNodeAdapter({
		grpc: true,
		grpcWeb: false,
		connect: false,
		readMaxBytes: mostBytes,
		acceptCompression: [compressionGzip, compressionZstd],
		routes: (router) =>
			void router.rpc(exportLogs, (message: Message, { values }: HandlerContext) =>
				take(options, message as Request, values.get(callerKey))
			),
		contextValues: (request) => createContextValues().set(callerKey, callers.get(request) ?? null)
	});

	async function receive(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
		limit(request.stream);
		const caller = callerOf(request);
		const authorized = await authorize(options, claimOf(caller), 'write');
		if (!authorized.ok) return refuse(response, authorized);
		if (response.stream.destroyed) return;
		const place = calls.admit(authorized.access.org, 1);
		if (!place?.grow(1))
			return refuse(response, { status: 503, detail: 'Too many calls at once: try again.' });
		response.stream.once('close', () => place.leave());
		callers.set(request, { ...caller, access: authorized.access });
		handle(request, response);
	}

	const server = http2.createServer();
	server.on('session', (session) => {
		sessions.add(session);
		session.on('close', () => sessions.delete(session));
		session.on('error', (error) => log.debug({ err: error }, 'a gRPC connection broke'));
	});
	server.on('request', (request, response) => {
		receive(request, response).catch((error: unknown) => {
			log.error({ err: error }, 'a gRPC call could not be taken');
			refuse(response, { status: 503, detail: 'Something went wrong on the server. Its log says what.' });
		});
	});

	async function listen(host: string, port: number): Promise<number> {
		server.listen(port, host);
		await once(server, 'listening'); // rejects with the error if it cannot
		return (server.address() as { port: number }).port;
	}

	async function close(): Promise<void> {
		if (!server.listening) return;
		const closed = new Promise((resolve) => server.close(resolve));
		for (const session of sessions) session.close();
		const late = setTimeout(() => [...sessions].forEach((session) => session.destroy()), patience);
		await closed;
		clearTimeout(late);
	}

	return { listen, close };
}

function callerOf(request: Http2ServerRequest): Omit<Caller, 'access'> {
	const headers = new Headers();
	for (const name of ['authorization', 'x-api-key', 'dd-api-key']) {
		const value = request.headers[name];
		if (typeof value === 'string') headers.set(name, value);
	}
	const found = secret.inAnyForm(headers, new URLSearchParams());
	return { secret: found ?? '', address: request.socket.remoteAddress ?? null };
}

const claimOf = ({ secret, address }: Omit<Caller, 'access'>) => ({
	...{ secret, address },
	...{ slug: null, userId: undefined, sessionId: null }
});

interface Request extends Message {
	resourceLogs: Uint8Array[];
}

async function take(options: GrpcOptions, message: Request, caller: Caller | null) {
	if (!caller) throw new ConnectError('Send an API key as the metadata authorization.', Code.Unauthenticated);
	const { keyUses, admission, taking } = options;
	const again = await authorize(options, claimOf(caller), 'write'); // the key may have been revoked meanwhile
	if (!again.ok) throw errorOf(again);
	const { org } = again.access;
	const bytes = Buffer.from(toBinary(exportLogs.input, message));
	const place = admitted(admission, org, bytes.length);
	try {
		const refusal = taking.refusal(bytes.length);
		if (refusal) throw errorOf(refusal);
		const taken = await taking.take({
			...{ org, format: 'otlp', bytes, contentType: 'application/x-protobuf' },
			...{ parameters: {}, headers: {}, idempotencyKey: null }
		});
		if (again.key) {
			const lines = taken.ok ? { ...taken.result, repaired: taken.repaired } : undefined;
			const status = taken.ok ? 200 : taken.refused.status;
			keyUses.note(again.key, caller.address, { method: 'POST', path: 'OTLP over gRPC', status, lines });
		}
		if (!taken.ok) throw errorOf(taken.refused);
		const { rejected, errors } = taken.result;
		if (rejected === 0) return {};
		return {
			partialSuccess: { rejectedLogRecords: BigInt(rejected), errorMessage: errors?.[0]?.reason ?? '' }
		};
	} finally {
		place.leave();
	}
}

/** @throws ConnectError if there is no room */
function admitted(admission: Admission, org: string, bytes: number): Place {
	const place = admission.admit(org, bytes);
	if (place?.grow(bytes)) return place;
	throw new ConnectError('The server is overloaded: send it again.', Code.Unavailable);
}

/** The codes of gRPC for our statuses. */
const codes: Record<number, Code> = {
	400: Code.InvalidArgument,
	401: Code.Unauthenticated,
	403: Code.PermissionDenied,
	404: Code.NotFound,
	413: Code.InvalidArgument,
	415: Code.InvalidArgument
};

function errorOf({ status, detail }: Refused): ConnectError {
	return new ConnectError(detail, codes[status] ?? Code.Unavailable);
}

/** Answers before a message is read. */
function refuse(response: Http2ServerResponse, { status, detail }: Refused): void {
	if (response.stream.destroyed) return;
	response.stream.respond(
		{
			':status': 200,
			'content-type': 'application/grpc',
			'grpc-status': String(codes[status] ?? Code.Unavailable),
			'grpc-message': encodeURIComponent(detail)
		},
		{ endStream: true }
	);
}
