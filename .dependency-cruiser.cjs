/** The import rule of ARCHITECTURE.md: imports point one way. Each entry: a folder, and which of ours it may import. */
const may = [
	['^src/lib/log/', ['^src/lib/log/']],
	['^src/lib/live/', ['^src/lib/(live|log)/']],
	['^src/lib/ui/', ['^src/lib/(ui|live|log)/']],
	['^src/lib/server/config', ['^src/lib/log/', '^src/lib/server/(config|client)']],
	['^src/lib/server/(postgres|sqlite)/', ['^src/lib/log/', '^src/lib/server/config', '^src/lib/server/$1/']],
	[
		'^src/lib/server/(logs|ingest|listener|outbox)/',
		['^src/lib/log/', '^src/lib/server/config', '^src/lib/server/(postgres|sqlite)/', '^src/lib/server/$1/']
	],
	[
		'^src/lib/server/(deploys|accounts)/', // deliveries are written by the code that causes them
		[
			'^src/lib/log/',
			'^src/lib/server/config',
			'^src/lib/server/(postgres|sqlite|outbox)/',
			'^src/lib/server/$1/'
		]
	],
	['^src/cli/(?!bootstrap|reset-password|database)', ['^src/cli/', '^src/lib/log/']],
	['^src/cli/(bootstrap|reset-password|database)', ['^src/cli/', '^src/lib/log/', '^src/lib/server/']]
];

module.exports = {
	forbidden: [
		...may.map(([from, to]) => ({
			name: `only-what-${from}-may-import`,
			severity: 'error',
			from: { path: from, pathNot: '[.]test[.]ts$' },
			to: { path: '^src/', pathNot: to }
		})),
		{
			name: 'no-sveltekit-under-lib-and-cli',
			comment: 'Only routes and hooks import SvelteKit at run time: lib and cli run in plain Node.',
			severity: 'error',
			from: { path: '^src/(lib|cli)/', pathNot: '^src/lib/ui/' },
			to: { path: '^([$](app|env|lib)|@sveltejs/kit)' }
		},
		{ name: 'no-circular', severity: 'error', from: {}, to: { circular: true } }
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		enhancedResolveOptions: { extensions: ['.ts', '.js', '.svelte'] }
	}
};
