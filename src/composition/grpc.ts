import type { Config } from '../lib/server/config.ts';
import { Unstartable } from '../lib/server/postgres/embedded-error.ts';
import { openGrpc, type GrpcOptions } from '../lib/server/sockets/otlp-grpc.ts';

/** Takes OTLP over gRPC where the configuration says so; the function returned ends it. @throws Unstartable */
export async function listenForGrpc({ otlpGrpc }: Config, parts: GrpcOptions): Promise<() => Promise<void>> {
	if (!otlpGrpc) return () => Promise.resolve();
	const { host, port } = otlpGrpc;
	const server = openGrpc(parts);
	try {
		const actual = await server.listen(host, port);
		parts.log.info({ host, port: actual }, 'OTLP over gRPC is taken');
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new Unstartable(`OTLP_GRPC_LISTEN is "${host}:${port}", where it cannot listen: ${why}.`, {
			cause
		});
	}
	return () => server.close();
}
