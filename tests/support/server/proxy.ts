import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy on this machine. */
export interface Proxy {
	readonly url: string;
	close(): void;
}

/**
 * Like nginx with nothing but `proxy_pass` (ngx_http_proxy_module, proxy_set_header): it addresses the server behind it by that
 * server's own name, keeps no connection, and does not say whom it forwards for. `added` is what a configuration adds.
 */
export async function proxy(
	to: string,
	added: (headers: IncomingHttpHeaders) => IncomingHttpHeaders = () => ({})
) {
	const server = createServer((from, answer) => {
		const own = { host: new URL(to).host, connection: 'close' };
		const headers = { ...from.headers, ...own, ...added(from.headers) };
		const passed = request(to + from.url, { method: from.method, headers, agent: false }, (response) => {
			answer.writeHead(response.statusCode ?? 502, response.headers);
			response.pipe(answer);
		});
		from.pipe(passed);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		close() {
			server.close();
			server.closeAllConnections();
		}
	} satisfies Proxy;
}
