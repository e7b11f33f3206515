// Reads the JSON reports of our test runners in one form.

/** @typedef {{ file: string, name: string, ok: boolean, why: string }} Test A skipped test is not ok. */

/** Some tests need what only root may do (another user's files, a small disk): everyone else skips them, and they do not count. */
const isRoot = process.getuid?.() === 0;

/** @param {import('vitest/node').JsonTestResults} report @returns {Test[]} */
export function fromVitest({ testResults }) {
	return testResults.flatMap(({ assertionResults, name: file, message }) => [
		// The file itself failed, so its tests are unknown.
		...(message ? [{ file, name: file, ok: false, why: message }] : []),
		...assertionResults
			.filter(({ status }) => isRoot || status === 'passed' || status === 'failed')
			.map(({ fullName, status, failureMessages }) => ({
				file,
				name: fullName,
				ok: status === 'passed',
				why: (failureMessages ?? []).join('\n')
			}))
	]);
}

/** @param {Pick<import('@playwright/test/reporter').JSONReportSuite, 'suites' | 'specs'>} suite @returns {Test[]} */
export function fromPlaywright({ suites = [], specs = [] }) {
	return [
		...suites.flatMap(fromPlaywright),
		...specs.map(({ title, file, ok, tests }) => ({
			file,
			name: `${file}: ${title}`,
			ok: ok && tests.every(({ status }) => status !== 'skipped'),
			why: tests.flatMap(({ results }) => results.map(({ error }) => error?.message ?? '')).join('\n')
		}))
	];
}
