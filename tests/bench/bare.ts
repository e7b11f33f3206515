// The floor of the live trials: a node:http server that writes one prepared chunk to all sockets at each POST, and nothing
// else. `node bare.ts LINES BYTES`: events of so many bytes each; their numbers run as the real ones do.
import { createServer, type ServerResponse } from 'node:http';

const [lines = 1, bytes = 400] = process.argv.slice(2).map(Number);
const sockets = new Set<ServerResponse>();
let seq = 0;

const server = createServer((request, response) => {
	if (request.method === 'GET') return open(response);
	request.resume().once('end', () => {
		const first_seq = seq + 1;
		broadcast(prepare());
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({ first_seq, last_seq: seq }));
	});
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
	const address = server.address();
	console.log(`http://127.0.0.1:${typeof address === 'object' && address?.port}`);
});

function open(response: ServerResponse): void {
	response.writeHead(200, { 'content-type': 'text/event-stream' });
	response.write(': connected\n\n');
	sockets.add(response);
	response.once('close', () => sockets.delete(response));
}

function prepare(): Buffer {
	let text = '';
	for (let line = 0; line < lines; line++) {
		const head = `id: ${++seq}\ndata: `;
		text += `${head}${'x'.repeat(Math.max(150, bytes - head.length - 2))}\n\n`;
	}
	return Buffer.from(text);
}

function broadcast(chunk: Buffer): void {
	for (const response of sockets) response.write(chunk);
}
