import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files (15 s and more), none of which should be the last one running. */
const slow =
	/\/(faults\/(crashes|deploy|stalled|stop)|integration\/(embedded|cli-(deploy|pipe|output)|bootstrap|reset-password|matrix|operations))\./;

/** Slow files first: a new checkout knows no durations, and vitest then goes by file size. */
class SlowestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const sorted = await super.sort(files);
		const isSlow = ({ moduleId }: TestSpecification) => Number(slow.test(moduleId));
		return sorted.toSorted((a, b) => isSlow(b) - isSlow(a));
	}
}

export default defineConfig({
	resolve: { alias: { $server: fileURLToPath(new URL('src/lib/server', import.meta.url)) } },
	test: {
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// More than cores: most tests wait for processes, disks and clocks (2 cores: 207 s with one, 115 s with three).
		maxWorkers: 3,
		sequence: { sequencer: SlowestFirst },
		projects: [
			{
				extends: true,
				// They share no state, and a process for each file takes longer than the tests (60 → 23 s).
				test: { name: 'unit', include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'], isolate: false }
			},
			{
				extends: true,
				test: {
					name: 'integration',
					include: ['tests/{integration,faults}/**/*.test.ts'],
					globalSetup: ['tests/support/global.ts']
				}
			},
			{
				extends: true,
				test: {
					name: 'database-url',
					include: ['tests/{integration,faults}/**/*.test.ts'],
					// Tests that do not depend on which PostgreSQL it is, or bring an embedded one themselves, run once.
					exclude: [
						'tests/integration/{embedded,any-folder,start,bootstrap,cli-*,deploy-*,ingest*,tenancy,operations,proxies}.test.ts',
						'tests/integration/{matrix,hostile-requests,*-requests,organization-site,suspension,reset-password}.test.ts',
						'tests/faults/{crashes,deploy,stalled,stop,availability,disk-full,announcements}.test.ts'
					],
					globalSetup: ['tests/support/global.ts']
				}
			}
		]
	}
});
