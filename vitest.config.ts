import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const folder = (name: string) => fileURLToPath(new URL(`src/lib/${name}`, import.meta.url));

/** What is slow begins first, so that it is not the last one running: a new checkout knows no durations. */
class SlowestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const sorted = await super.sort(files);
		const isSlow = ({ moduleId }: TestSpecification) => Number(moduleId.includes('/tests/slow/'));
		return sorted.toSorted((a, b) => isSlow(b) - isSlow(a));
	}
}

/** Of tests/postgres, what reads and writes lines and deploys: it also runs on a Citus cluster (CONTRIBUTING.md). */
const onCitus = [
	...[
		'append-from-sql',
		'clock',
		'deletion',
		'deletion-appends',
		'deploy-stores',
		'extremes',
		'filter',
		'group-commit'
	],
	...[
		'idempotency',
		'list',
		'look-back',
		'lost-commit',
		'ordering',
		'plan',
		'purge',
		'range',
		'reader',
		'retention'
	],
	...[
		'sealer',
		'sealing',
		'search',
		'search-going-on',
		'search-left',
		'search-resumed',
		'store',
		'stream',
		'usage'
	],
	'writer'
];
const citus: TestProjectConfiguration = {
	extends: true,
	test: {
		name: 'citus',
		testTimeout: 300_000, // a statement passes two PostgreSQL servers
		hookTimeout: 120_000,
		include: ['tests/citus/*.test.ts', ...onCitus.map((name) => `tests/postgres/${name}.test.ts`)],
		globalSetup: ['tests/support/citus/global.ts']
	}
};

export default defineConfig({
	resolve: { alias: { $log: folder('log'), $server: folder('server') } },
	test: {
		testTimeout: 60_000,
		// What a test found is shown in its failure: CI keeps nothing else.
		chaiConfig: { truncateThreshold: 4_000 },
		hookTimeout: 60_000,
		// More than cores: most tests wait for processes, disks and clocks (2 cores: 207 s with one, 115 s with three,
		// which left them idle a third of the time; today's tests keep them busy for 90 % of it with six).
		maxWorkers: 5,
		// No file leaves anything behind, and a process for each one costs a second of CPU time (19 files: 48 → 32 s).
		isolate: false,
		sequence: { sequencer: SlowestFirst },
		projects: [
			{
				extends: true,
				test: { name: 'unit', include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'] }
			},
			{
				extends: true,
				test: {
					name: 'integration',
					include: ['tests/{postgres,once,slow}/**/*.test.ts'],
					globalSetup: ['tests/support/server/global.ts']
				}
			},
			{
				extends: true,
				test: {
					name: 'shippers',
					include: ['tests/shippers/*.test.ts'],
					globalSetup: ['tests/support/server/global.ts', 'tests/support/shippers/install.ts']
				}
			},
			{
				extends: true,
				test: {
					name: 'database-url',
					include: ['tests/postgres/**/*.test.ts'],
					globalSetup: ['tests/support/server/global.ts']
				}
			},
			...(process.env.CITUS_URL ? [citus] : [])
		]
	}
});
