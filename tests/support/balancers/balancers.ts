import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { root } from '../server/server.ts';
import { lowPort } from './ports.ts';
import { run } from './programs.ts';

export type Kind = 'nginx' | 'haproxy';

/** A balancer with a certificate for `localhost` that only `ca` vouches for. */
export interface Balancer {
	readonly url: string;
	readonly ca: string;
}

/** Where a balancer listens, what its certificate is, and the servers behind it. */
interface Place {
	folder: string;
	port: number;
	plainPort: number;
	servers: readonly number[];
}

/** Starts a balancer with its configuration of deploy/, of which only addresses and paths are others, until the test ends. */
export async function startBalancer(kind: Kind, port: number, servers: readonly number[]): Promise<Balancer> {
	const folder = scratch(kind);
	const place = { folder, port, plainPort: await lowPort(), servers };
	const ca = makeCertificate(folder);
	if (kind === 'nginx') await startNginx(place);
	else await startHaproxy(place);
	return { url: `https://localhost:${port}`, ca };
}

async function startNginx({ folder, port, plainPort, servers }: Place): Promise<void> {
	const text = placed('nginx/tailrace.conf', servers)
		.replace('listen 443 ', `listen 127.0.0.1:${port} `)
		.replace('listen 80;', `listen 127.0.0.1:${plainPort};`)
		.replaceAll('/etc/nginx/tls', folder)
		.replaceAll('logs.example.com', 'localhost');
	writeFileSync(join(folder, 'tailrace.conf'), text);
	const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
		(name) => `${name}_temp_path ${folder}/${name};`
	);
	const around = [
		`pid ${folder}/pid; daemon off; worker_processes 2; error_log stderr warn;`,
		'events { worker_connections 4096; }',
		`http { access_log off; ${temporary.join(' ')} include ${folder}/tailrace.conf; }`
	];
	writeFileSync(join(folder, 'nginx.conf'), around.join('\n'));
	await run('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], port);
}

async function startHaproxy({ folder, port, plainPort, servers }: Place): Promise<void> {
	const text = placed('haproxy/haproxy.cfg', servers)
		.replace('bind :443 ', `bind 127.0.0.1:${port} `)
		.replace('bind :80\n', `bind 127.0.0.1:${plainPort}\n`)
		.replaceAll('/etc/haproxy/tls', folder);
	writeFileSync(join(folder, 'haproxy.cfg'), text);
	await run('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], port);
}

/** A file of deploy/ with these servers in place of tailrace-1, tailrace-2 and tailrace-3. */
function placed(file: string, servers: readonly number[]): string {
	const text = readFileSync(join(root, 'deploy', file), 'utf8');
	return text.replace(
		/tailrace-(\d):3000/g,
		(_, number: string) => `127.0.0.1:${servers[Number(number) - 1]}`
	);
}

/** Makes tailrace.crt and .key, and .pem of both; returns the certificate, which vouches for itself. */
function makeCertificate(folder: string): string {
	const at = (name: string) => join(folder, `tailrace.${name}`);
	const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
	execFileSync('openssl', [...words, ...names, '-days', '2', '-keyout', at('key'), '-out', at('crt')], {
		stdio: 'pipe'
	});
	const certificate = readFileSync(at('crt'), 'utf8');
	writeFileSync(at('pem'), certificate + readFileSync(at('key'), 'utf8'));
	return certificate;
}

/** A folder that goes with the test, which programs can enter that give up being root. */
export function scratch(name: string): string {
	const folder = mkdtempSync(join(tmpdir(), `tailrace-${name}-`));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	chmodSync(folder, 0o755);
	return folder;
}
