import { noon, noon123, today, type Shape } from './shape.ts';

/** Access logs, whose statuses 5xx are errors and 4xx warnings. */
export const shapes: Shape[] = [
	{
		of: 'GIN',
		line: '[GIN] 2024/05/01 - 12:00:00 | 500 |  1.2ms | 10.0.0.1 | GET  "/x"',
		level: 'error',
		time: noon
	},
	{
		of: 'GIN in colours',
		line: '[GIN] 2024/05/01 - 12:00:00 |\u001b[97;43m 404 \u001b[0m|   12.5µs |  10.0.0.1 |\u001b[97;44m GET     \u001b[0m "/x"',
		level: 'warn',
		time: noon
	},
	{ of: 'fiber', line: '12:00:00 | 500 | 1ms | 10.0.0.1 | GET | /x | -', level: 'error', time: today },
	{ of: 'a table', line: '12:00:00 | 500 | items | 10', level: 'info', time: today },
	{
		of: 'HAProxy behind syslog',
		line: 'May  1 12:00:00 lb haproxy[7]: 10.0.0.1:5 [01/May/2024:12:00:00.123] web app/s1 0/0/1/2/3 503 217 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
		level: 'error',
		time: noon
	},
	{
		of: 'HAProxy behind a priority of info',
		line: '<134>May  1 12:00:00 lb haproxy[7]: 10.0.0.1:5 [01/May/2024:12:00:00.123] web~ app/s1 0/0/1/2/3 503 217 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
		level: 'error',
		time: noon
	},
	{
		of: 'nginx behind a priority of info',
		line: '<190>May  1 12:00:00 web nginx: 10.0.0.1 - - [01/May/2024:12:00:00 +0000] "GET / HTTP/1.1" 502 0 "-" "x"',
		level: 'error',
		time: noon
	},
	{
		of: 'nginx behind a priority of debug',
		line: '<191>May  1 12:00:00 web nginx: 10.0.0.1 - - [01/May/2024:12:00:00 +0000] "GET / HTTP/1.1" 502 0 "-" "x"',
		level: 'debug',
		time: noon
	},
	{
		of: 'Squid',
		line: '1714564800.123      5 10.0.0.1 TCP_MISS/503 512 GET http://a/ - HIER_NONE/- text/html',
		level: 'error',
		time: noon123
	},
	{
		of: 'IIS',
		line: '2024-05-01 12:00:00 10.0.0.1 GET /x - 443 - 10.0.0.2 Mozilla/5.0 - 500 0 0 12',
		level: 'error',
		time: noon
	},
	{
		of: 'IIS, a request of 500 ms',
		line: '2024-05-01 12:00:00 10.0.0.1 GET /x - 443 - 10.0.0.2 Mozilla/5.0 - 200 0 0 500',
		level: 'info',
		time: noon
	},
	{
		of: 'S3',
		line: '79a5 bucket [01/May/2024:12:00:00 +0000] 10.0.0.1 79a5 3E57 REST.GET.OBJECT x "GET /x HTTP/1.1" 503 SlowDown 243 - 7 - "-" "S3Console" -',
		level: 'error',
		time: noon
	},
	{
		of: 'ELB',
		line: '2024-05-01T12:00:00.123456Z lb 10.0.0.1:2817 10.0.0.2:80 0.000073 0.001048 0.000057 502 200 0 29 "GET http://x/ HTTP/1.1" "curl" - -',
		level: 'error',
		time: noon123
	},
	{
		of: 'ALB without a target',
		line: 'https 2024-05-01T12:00:00.123456Z app/lb/50dc 10.0.0.1:2817 - -1 -1 -1 503 - 34 366 "GET https://x:443/ HTTP/1.1" "curl" - -',
		level: 'error',
		time: noon123
	},
	{
		of: 'ALB, a request that went well',
		line: 'h2 2024-05-01T12:00:00.123456Z app/lb/50dc 10.0.0.1:2817 10.0.0.2:80 0.000 0.500 0.000 200 200 500 503 "GET https://x:443/500 HTTP/2.0" "curl" - -',
		level: 'info',
		time: noon123
	},
	{
		of: 'CloudFront',
		line: '2024-05-01\t12:00:00\tFRA2-C1\t2390\t10.0.0.1\tGET\td1.cloudfront.net\t/x\t502\t-\tMozilla\t-',
		level: 'error',
		time: noon
	},
	{
		of: 'uWSGI',
		line: '[pid: 7|app: 0|req: 1/1] 10.0.0.1 () {28 vars in 334 bytes} [Wed May  1 12:00:00 2024] GET /x => generated 12 bytes in 3 msecs (HTTP/1.1 500) 2 headers in 8 bytes',
		level: 'error',
		time: noon
	},
	{
		of: 'php-fpm',
		line: '10.0.0.1 -  01/May/2024:12:00:00 +0000 "GET /x" 500',
		level: 'error',
		time: noon
	},
	{
		of: 'kubectl --prefix before nginx',
		line: '[pod/a/b] 10.0.0.1 - - [01/May/2024:12:00:00 +0000] "GET / HTTP/1.1" 500 12',
		level: 'error',
		time: noon
	},
	{
		of: 'chi',
		line: '2024/05/01 12:00:00 "GET http://x/y HTTP/1.1" from 10.0.0.1:5 - 500 12B in 3ms',
		level: 'error',
		time: noon
	},
	{ of: 'Next', line: ' GET /x 500 in 12ms', level: 'error' },
	{
		of: 'a quote within a request',
		line: '10.0.0.1 - - [01/May/2024:12:00:00 +0000] "GET /?q=" 500 " HTTP/1.1" 200 12 "-" "x"',
		level: 'info',
		time: noon
	},
	{
		of: 'no request',
		line: '10.0.0.1 - - [01/May/2024:12:00:00 +0000] "-" 408 0 "-" "-"',
		level: 'warn',
		time: noon
	},
	{ of: 'a number of errors', line: '2024-05-01 12:00:00 host-1 GET 500 items', level: 'info', time: noon },
	{
		of: 'an access line in JSON behind a name',
		line: 'web-1  | {"method":"GET","uri":"/x","status":503}',
		level: 'error',
		attributes: { method: 'GET', uri: '/x', status: 503 }
	}
];
