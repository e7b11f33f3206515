import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../server/server.ts';
import { scratch } from './balancers.ts';
import { lowPort } from './ports.ts';
import { run } from './programs.ts';

/**
 * Starts PgBouncer in front of a database, with the configuration of deploy/, of which only addresses and paths are others, until
 * the test ends. Resolves with the URL that leads through it.
 */
export async function startPgbouncer(straight: string): Promise<string> {
	const folder = scratch('pgbouncer');
	const port = await lowPort();
	const { hostname, port: behind, pathname, username, password } = new URL(straight);
	const text = readFileSync(join(root, 'deploy/pgbouncer/pgbouncer.ini'), 'utf8')
		.replace(
			'host=postgres port=5432 dbname=tailrace',
			`host=${hostname} port=${behind} dbname=${pathname.slice(1)}`
		)
		.replace('listen_addr = 0.0.0.0', 'listen_addr = 127.0.0.1')
		.replace('listen_port = 6432', `listen_port = ${port}`)
		.replace('/etc/pgbouncer', folder);
	writeFileSync(join(folder, 'pgbouncer.ini'), text);
	writeFileSync(join(folder, 'userlist.txt'), `"${username}" "${password}"\n`);
	const asUser = process.getuid?.() === 0 ? ['-u', 'postgres'] : []; // it refuses to run as root
	await run('pgbouncer', [...asUser, join(folder, 'pgbouncer.ini')], port);
	return `postgres://${username}:${password}@127.0.0.1:${port}/tailrace`;
}
