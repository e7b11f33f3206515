import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import * as configuration from '../../src/lib/server/config.ts';
import { scratch } from '../support/balancers/balancers.ts';
import { helm, titleIf } from '../support/balancers/programs.ts';
import { root } from '../support/server/server.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Service {
	environment?: Record<string, string>;
	volumes?: string[];
	networks?: { tailrace: { ipv4_address: string } };
	depends_on?: string[] | object;
}

/** A compose file, with variables in place of `${…}`. */
function composed(file: string): Record<string, Service> {
	const given = { POSTGRES_PASSWORD: 'secret', ORIGIN: 'https://logs.example.com' } as Record<string, string>;
	const text = read(file).replace(/\$\{(\w+)[^}]*\}/g, (_, name: string) => given[name] ?? '');
	return (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
}

const accepted = (environment: Record<string, string> = {}) => {
	const parsed = configuration.parse(environment);
	if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
	return parsed.config;
};

describe('compose', () => {
	test('one server on its PostgreSQL has settings that a server accepts', () => {
		const { tailrace } = composed('docker-compose.yml');
		expect(accepted(tailrace?.environment).databaseUrl).toContain('@postgres:5432/');
	});

	test('three servers trust nginx, which knows their names, and each keeps its own data', () => {
		const { nginx, postgres, ...servers } = composed('deploy/compose/docker-compose.yml');
		expect(Object.keys(servers)).toEqual(['tailrace-1', 'tailrace-2', 'tailrace-3']);
		const address = nginx?.networks?.tailrace.ipv4_address ?? '';
		const known = [...read('deploy/nginx/tailrace.conf').matchAll(/server (tailrace-\d):3000/g)];
		expect(known.map(([, name]) => name)).toEqual(Object.keys(servers));
		for (const [name, { environment, volumes }] of Object.entries(servers)) {
			const config = accepted(environment);
			expect(config.isTrustedProxy(address)).toBe(true);
			expect(config.drainS).toBe(3);
			expect(volumes).toEqual([`${name}:/data`]);
		}
		const own = [nginx, postgres, ...Object.values(servers)].map(
			(one) => one?.networks?.tailrace.ipv4_address
		);
		expect(new Set(own).size).toBe(5);
		const mounted = nginx?.volumes?.[0]?.split(':')[0] ?? '';
		expect(existsSync(join(root, 'deploy/compose', mounted))).toBe(true);
	});
});

const hasSystemd = existsSync('/usr/bin/systemd-analyze');
test.skipIf(!hasSystemd)(titleIf(hasSystemd, 'systemd accepts the units', 'systemd-analyze'), () => {
	const folder = scratch('systemd');
	const names = ['tailrace.service', 'tailrace-backup.service', 'tailrace-backup.timer'];
	const files = names.map((name) => join(folder, name));
	for (const [index, name] of names.entries()) {
		const unit = read(`deploy/systemd/${name}`).replaceAll('/opt/tailrace', root.replace(/\/$/, ''));
		writeFileSync(files[index] as string, unit);
	}
	const words = ['verify', '--man=no', ...files];
	const { status, stderr } = spawnSync('systemd-analyze', words, { encoding: 'utf8' });
	expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

describe.skipIf(!helm)(titleIf(helm !== null, 'the Helm chart', 'helm'), () => {
	const chart = join(root, 'deploy/helm/tailrace');
	const run = (...words: string[]) => execFileSync(helm as string, words, { encoding: 'utf8' });
	const render = (...words: string[]) =>
		parseAllDocuments(run('template', 'logs', chart, ...words)).map((one) => one.toJS() as Rendered);

	interface Rendered {
		kind: string;
		spec: {
			replicas: number;
			rules: { host: string }[];
			template: {
				spec: {
					terminationGracePeriodSeconds: number;
					containers: { env: { name: string; value: string }[]; readinessProbe: { httpGet: object } }[];
				};
			};
		};
	}

	test('has nothing that helm lint finds', () => {
		expect(run('lint', '--strict', chart)).toContain('0 chart(s) failed');
	});

	test('renders three servers with settings that a server accepts', () => {
		const all = render('--set', 'env[0].name=SIGN_UP,env[0].value=never');
		expect(all.map(({ kind }) => kind).toSorted()).toEqual([
			'Deployment',
			'Ingress',
			'PodDisruptionBudget',
			'Service'
		]);
		const { spec } = all.find(({ kind }) => kind === 'Deployment') as Rendered;
		const [container] = spec.template.spec.containers;
		const config = accepted(Object.fromEntries(container?.env.map(({ name, value }) => [name, value]) ?? []));
		expect([spec.replicas, config.drainS, config.signUp]).toEqual([3, 5, 'never']);
		expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(config.drainS + 10);
		expect(container?.readinessProbe.httpGet).toMatchObject({ path: '/readyz' });
		const ingress = all.find(({ kind }) => kind === 'Ingress') as Rendered;
		expect(ingress.spec.rules.map(({ host }) => host)).toEqual(['logs.example.com']);
	});

	test('leaves the ingress out where there is another', () => {
		expect(render('--set', 'ingress.enabled=false').map(({ kind }) => kind)).not.toContain('Ingress');
	});
});
