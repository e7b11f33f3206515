import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shippers/', import.meta.url));

/** Installs the clients of tests/shippers, unless they are there: they are no part of the project, and few people need them. */
export default function setup(): void {
	if (existsSync(`${folder}node_modules/.package-lock.json`)) return;
	const arguments_ = ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts'];
	const { status, stderr } = spawnSync('npm', arguments_, { encoding: 'utf8' });
	if (status !== 0) throw new Error(`The clients of tests/shippers could not be installed.\n${stderr}`);
}
