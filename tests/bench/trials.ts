/** Every trial: the file tests/bench/trials/<name>.ts, what it is about, and the seconds after which it is given up. */
export const trials = [
	{ name: 'live-1000', about: '1,000 viewers, 10 lines/s', withinS: 180 },
	{ name: 'live-500', about: '1,000 viewers, 500 lines/s and on', withinS: 300 },
	{ name: 'idle-10000', about: '10,000 viewers, 1 line/s', withinS: 300 },
	{ name: 'ingest', about: '8 senders of 1,000-line bodies', withinS: 240 },
	{ name: 'shippers', about: '8 senders of each protocol', withinS: 420 },
	{ name: 'sockets', about: 'syslog over TCP and UDP, and many connections', withinS: 300 },
	{ name: 'single', about: '64 senders of single lines', withinS: 120 },
	{ name: 'disk', about: 'bytes that a line takes on the disk', withinS: 300 },
	{ name: 'search', about: '5 million lines of one day, searched', withinS: 900 },
	{ name: 'beside', about: 'what one organization does beside another', withinS: 600 },
	{ name: 'trickle', about: 'a line a second for a day', withinS: 600 },
	{ name: 'sealing', about: 'sealing beside full ingest', withinS: 1200 },
	{ name: 'backup', about: '5 million lines and 1,000 deploys, backed up', withinS: 900 },
	{ name: 'one', about: 'one line on an idle server', withinS: 120 },
	{ name: 'ship', about: '50 files with 10,000 lines/s, shipped', withinS: 180 },
	{ name: 'page', about: 'the Logs page, 2,000 lines/s', withinS: 300 },
	{ name: 'deploys-8', about: '8 deploys of 1.2 MB at once', withinS: 120 },
	{ name: 'deploys-200', about: '200 deploys side by side, 10 lines/s each', withinS: 180 },
	{ name: 'deploy-bytes', about: 'a log of 5 MB in appends of 10 kB', withinS: 180 },
	{ name: 'deploy-big', about: 'a log of 100 MB and a million lines', withinS: 300 }
] as const;
