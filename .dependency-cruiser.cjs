/**
 * The layers of ARCHITECTURE.md, lowest first. A room of src/lib/server (a folder, or a file at its top) may import what lies in
 * the layers below its own: never beside it, never above.
 */
const layers = [
	['config', 'addresses', 'client', 'clock', 'listeners', 'digest', 'maintenance', 'metrics', 'threads'],
	['forms', 'lists'],
	['postgres', 'sqlite', 'http'],
	['bus', 'outbox', 'limits', 'audit', 'ingest', 'instances'],
	['mail', 'backup'],
	['access'],
	['people'],
	['organizations'],
	['logs', 'deploys', 'tail'],
	['stream', 'search', 'sockets', 'self-logs'],
	['health']
];

const paths = (rooms) => rooms.map((room) => `^src/lib/server/${room}(/|[.]ts)`);

/** `config` reads what `client` says of proxies, `listeners` of sockets and `addresses` of addresses: they are one room. */
const together = { config: ['addresses', 'client', 'listeners'], listeners: ['client'] };

const server = layers.flatMap((rooms, level) =>
	rooms.map((room) => {
		const below = layers.slice(0, level).flat();
		return [paths([room])[0], ['^src/lib/log/', ...paths([room, ...(together[room] ?? []), ...below])]];
	})
);

/** Each entry: a folder, and what of ours it may import. */
const may = [
	['^src/lib/log/', ['^src/lib/log/']],
	['^src/lib/live/', ['^src/lib/(live|log)/']],
	['^src/lib/ui/', ['^src/lib/(ui|live|log)/']],
	...server,
	['^src/composition/', ['^src/composition/', '^src/lib/(log|server)/']],
	[
		'^src/cli/(?!backup|bootstrap|distribute|move-deploys|reset-password|database)',
		['^src/cli/', '^src/lib/log/']
	],
	[
		'^src/cli/(backup|bootstrap|distribute|move-deploys|reset-password|database)',
		['^src/cli/', '^src/lib/log/', '^src/lib/server/']
	]
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
			name: 'every-room-has-a-layer',
			comment: 'A new room of src/lib/server is added to the layers above.',
			severity: 'error',
			from: {},
			to: { path: '^src/lib/server/', pathNot: paths(layers.flat()) }
		},
		{
			name: 'no-sveltekit-under-lib-and-cli',
			comment: 'Only routes and hooks import SvelteKit at run time: lib and cli run in plain Node.',
			severity: 'error',
			from: { path: '^src/(lib|cli|composition)/', pathNot: '^src/lib/ui/' },
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
