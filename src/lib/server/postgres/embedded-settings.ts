type Setting = readonly [name: string, value: string | number, why: string];

const settings: Setting[] = [
	['listen_addresses', '127.0.0.1', 'loopback only: nobody else on the network has business here'],
	['unix_socket_directories', '', 'no socket: its path may not exceed 107 bytes, and a data folder may'],
	['cluster_name', 'tailrace', 'shows in `ps` whose processes these are'],
	[
		'max_connections',
		300,
		'several servers on one machine, as during an update: 41 each; and people with psql'
	],
	['fsync', 'on', 'an acknowledged line survives a power cut'],
	['synchronous_commit', 'on', 'the same: the answer to a request waits for the disk'],
	['full_page_writes', 'on', 'a page torn by a power cut is repaired from the log'],
	['wal_level', 'minimal', 'the least that crash recovery needs: nobody replicates from here'],
	['max_wal_senders', 0, 'required by wal_level=minimal'],
	['wal_compression', 'on', 'smaller page images after a checkpoint: less to write for the same safety'],
	['max_wal_size', '2GB', 'a burst of lines does not force one checkpoint after another'],
	['min_wal_size', '256MB', 'keeps files to overwrite, cheaper than creating new ones'],
	['checkpoint_timeout', '15min', 'fewer checkpoints, so fewer page images; recovery stays within seconds'],
	['checkpoint_completion_target', 0.9, 'spreads a checkpoint, so that appends beside it stay fast'],
	['shared_buffers', '256MB', 'holds the day being written to with its indexes'],
	['autovacuum', 'on', 'log_heads is updated at every append and must stay small'],
	['jit', 'off', 'our queries are short: compiling them takes longer than running them'],
	['timezone', 'UTC', 'the same answers on every machine'],
	['log_timezone', 'UTC', 'comparable with our own logs'],
	['log_checkpoints', 'off', 'the log file is for messages worth reading'],
	['log_line_prefix', '%m [%p] ', 'time and process']
];

/** Command-line flags of `postgres`, so that each start of a new version brings its settings with it. */
export function flags(port: number): string[] {
	const all = [...settings.map(([name, value]) => `${name}=${value}`), `port=${port}`];
	return all.flatMap((setting) => ['-c', setting]);
}
