import { noon, noon123, type Shape } from './shape.ts';

/** Databases, web servers and containers. */
export const shapes: Shape[] = [
	// Databases and queues
	{
		of: 'PostgreSQL',
		line: '2024-05-01 12:00:00.123 UTC [42] app@shop ERROR:  relation "x" does not exist',
		level: 'error',
		time: noon123
	},
	{
		of: 'PostgreSQL log',
		line: '2024-05-01 12:00:00.123 UTC [42] LOG:  checkpoint starting: time',
		level: 'info',
		time: noon123
	},
	{
		of: 'PostgreSQL in a zone of its own',
		line: '2024-05-01 14:00:00.123 CEST [42] FATAL:  role "x" does not exist',
		level: 'fatal'
	},
	{
		of: 'MySQL',
		line: '2024-05-01T12:00:00.123456Z 0 [Warning] [MY-010068] [Server] CA is self signed',
		level: 'warn',
		time: noon123
	},
	{ of: 'MariaDB', line: '2024-05-01 12:00:00 0 [ERROR] InnoDB: corrupt', level: 'error', time: noon },
	{ of: 'Redis', line: '1:M 01 May 2024 12:00:00.123 # Out of memory', level: 'warn', time: noon123 },
	{
		of: 'MongoDB before 4.4',
		line: '2024-05-01T12:00:00.123+0000 E STORAGE  [conn1] failed',
		level: 'error',
		time: noon123
	},
	{
		of: 'RabbitMQ',
		line: '2024-05-01 12:00:00.123456+00:00 [error] <0.123.0> closing',
		level: 'error',
		time: noon123
	},
	{
		of: 'ClickHouse',
		line: '2024.05.01 12:00:00.123456 [ 42 ] {} <Error> Application: boom',
		level: 'error',
		time: noon123
	},

	// Web servers and proxies
	{
		of: 'nginx access',
		line: '10.0.0.1 - - [01/May/2024:12:00:00 +0000] "GET /error HTTP/1.1" 200 12 "-" "curl/8"',
		level: 'info',
		time: noon
	},
	{
		of: 'nginx access, 5xx',
		line: '::1 - bob [01/May/2024:14:00:00 +0200] "POST /api?a=1 HTTP/2.0" 502 0 "-" "x"',
		level: 'error',
		time: noon
	},
	{
		of: 'Apache access, 4xx',
		line: 'acme.org:443 10.0.0.1 - - [01/May/2024:12:00:00 +0000] "GET /\\"x HTTP/1.1" 404 5',
		level: 'warn',
		time: noon
	},
	{
		of: 'nginx error',
		line: '2024/05/01 12:00:00 [crit] 12#12: *1 SSL_do_handshake() failed',
		level: 'fatal',
		time: noon
	},
	{
		of: 'Apache error',
		line: '[Wed May 01 12:00:00.123456 2024] [core:error] [pid 1:tid 2] AH00035: denied',
		level: 'error',
		time: noon123
	},
	{
		of: 'Apache trace',
		line: '[Wed May 01 12:00:00.123456 2024] [ssl:warn] [pid 1] AH01909: cert',
		level: 'warn',
		time: noon123
	},
	{
		of: 'HAProxy',
		line: '10.0.0.1:5 [01/May/2024:12:00:00.123] web app/s1 0/0/1/2/3 503 217 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
		level: 'error',
		time: noon123
	},
	{
		of: 'Envoy access',
		line: '[2024-05-01T12:00:00.123Z] "GET /x HTTP/1.1" 503 UF 0 91',
		level: 'error',
		time: noon123
	},
	{
		of: 'Envoy',
		line: '[2024-05-01 12:00:00.123][1][warning][main] [source/a.cc:1] odd',
		level: 'warn',
		time: noon123
	},
	{ of: 'morgan', line: 'GET /users/5 500 3.120 ms - 12', level: 'error' },
	{
		of: 'Squid',
		line: '1714564800.123    100 10.0.0.1 TCP_MISS/200 512 GET http://a/ -',
		level: 'info',
		time: noon123
	},
	{
		of: 'Heroku router',
		line: '2024-05-01T12:00:00.123456+00:00 heroku[router]: at=error code=H12 method=GET path="/" host=a.com service=30000ms status=503',
		level: 'error',
		time: noon123,
		attributes: { code: 'H12', method: 'GET', path: '/', host: 'a.com', service: '30000ms', status: '503' }
	},
	{
		of: 'Heroku app',
		line: '2024-05-01T12:00:00.123456+00:00 app[web.1]: Error: boom',
		level: 'error',
		time: noon123
	},

	// Containers
	{ of: 'Docker Compose', line: 'web-1  | WARN: low on memory', level: 'warn' },
	{
		of: 'Docker Compose with JSON',
		line: 'web-1  | {"level":"error","msg":"boom","n":1}',
		level: 'error',
		attributes: { msg: 'boom', n: 1 }
	},
	{
		of: 'Docker Compose with logfmt',
		line: 'db | level=warn msg=hi',
		level: 'warn',
		attributes: { msg: 'hi' }
	},
	{ of: 'CRI', line: '2024-05-01T12:00:00.123456789Z stderr F ERROR boom', level: 'error', time: noon123 },
	{
		of: 'a time before JSON',
		line: '2024-05-01T12:00:00.123Z {"severity":"WARNING","user":"bob"}',
		level: 'warn',
		time: noon123,
		attributes: { user: 'bob' }
	},
	{ of: 'kubectl --prefix', line: '[pod/api-1/app] ERROR boom', level: 'error' },
	{ of: 'date', line: 'Wed May  1 12:00:00 UTC 2024 backup done', level: 'info', time: noon },
	{ of: 'RFC 1123', line: 'Wed, 01 May 2024 12:00:00 GMT ERROR late', level: 'error', time: noon }
];
