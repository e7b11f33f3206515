import { noon, noon123, today, today123, type Shape } from './shape.ts';

/** Loggers of Java and other languages. */
export const shapes: Shape[] = [
	// Java
	{
		of: 'logback',
		line: '12:00:00.123 [main] ERROR com.acme.Main - boom',
		level: 'error',
		time: today123
	},
	{
		of: 'log4j',
		line: '2024-05-01 12:00:00,123 [http-1] WARN  com.acme.Main - slow',
		level: 'warn',
		time: noon123
	},
	{
		of: 'Spring Boot',
		line: '2024-05-01 12:00:00.123 ERROR 1234 --- [nio-8080-exec-1] c.acme.Api : failed',
		level: 'error',
		time: noon123
	},
	{
		of: 'Spring Boot 3',
		line: '2024-05-01T14:00:00.123+02:00  WARN 1 --- [app] [main] c.acme.Api : odd',
		level: 'warn',
		time: noon123
	},
	{
		of: 'Kafka',
		line: '[2024-05-01 12:00:00,123] WARN [Broker id=1] lag (kafka.server.Broker)',
		level: 'warn',
		time: noon123
	},
	{
		of: 'ZooKeeper',
		line: '2024-05-01 12:00:00,123 [myid:1] - ERROR [main:Quorum@12] - bad',
		level: 'error',
		time: noon123
	},
	{
		of: 'Cassandra',
		line: 'WARN  [main] 2024-05-01 12:00:00,123 Gc.java:12 - pause',
		level: 'warn',
		time: noon123
	},
	{
		of: 'Elasticsearch',
		line: '[2024-05-01T12:00:00,123][WARN ][o.e.m.Monitor ] [node-1] gc',
		level: 'warn',
		time: noon123
	},
	{
		of: 'Tomcat',
		line: '01-May-2024 12:00:00.123 SEVERE [main] org.apache.X start failed',
		level: 'error',
		time: noon123
	},
	{
		of: 'java.util.logging',
		line: 'May 01, 2024 12:00:00 PM com.acme.Main run\nWARNING: careful',
		level: 'warn',
		time: noon
	},
	{
		of: 'WildFly',
		line: '12:00:00,123 ERROR [org.jboss.as] (Controller) failed',
		level: 'error',
		time: today123
	},
	{ of: 'Minecraft', line: "[12:00:00] [Server thread/WARN]: Can't keep up!", level: 'warn', time: today },

	// Rust, .NET, Ruby, PHP, Elixir, Erlang, Swift, Node
	{ of: 'env_logger', line: '[2024-05-01T12:00:00Z ERROR my_crate::db] gone', level: 'error', time: noon },
	{
		of: 'tracing',
		line: '\u001b[2m2024-05-01T12:00:00.123456Z\u001b[0m \u001b[33m WARN\u001b[0m my_crate: slow \u001b[3mms\u001b[0m\u001b[2m=\u001b[0m5',
		level: 'warn',
		time: noon123
	},
	{
		of: 'tracing without colours',
		line: '2024-05-01T12:00:00.123456Z ERROR req{id=1}: app: failed code=7',
		level: 'error',
		time: noon123,
		attributes: { code: '7' }
	},
	{ of: '.NET console', line: 'fail: Microsoft.AspNetCore.Server[13]', level: 'error' },
	{ of: '.NET console, critical', line: 'crit: Acme.Worker[0] stopped', level: 'fatal' },
	{ of: 'Serilog console', line: '[12:00:00 ERR] Could not connect', level: 'error', time: today },
	{ of: 'Serilog file', line: '2024-05-01 14:00:00.123 +02:00 [WRN] Retry', level: 'warn', time: noon123 },
	{ of: 'NLog', line: '2024-05-01 12:00:00.1234|ERROR|Acme.Api|boom', level: 'error', time: noon123 },
	{
		of: 'Ruby Logger',
		line: 'E, [2024-05-01T12:00:00.123456 #42] ERROR -- : boom',
		level: 'error',
		time: noon123
	},
	{ of: 'Rails', line: 'Completed 500 Internal Server Error in 12ms (ActiveRecord: 1.0ms)', level: 'error' },
	{
		of: 'lograge',
		line: 'method=GET path=/users format=html status=502 duration=5.1',
		level: 'error',
		attributes: { method: 'GET', path: '/users', format: 'html', status: '502', duration: '5.1' }
	},
	{
		of: 'Sidekiq',
		line: '2024-05-01T12:00:00.123Z pid=1 tid=abc class=Job jid=9f WARN: failed',
		level: 'warn',
		time: noon123,
		attributes: { pid: '1', tid: 'abc', class: 'Job', jid: '9f' }
	},
	{
		of: 'Monolog',
		line: '[2024-05-01T12:00:00.123456+00:00] app.ERROR: Not found {"id":7} {"url":"/x"}',
		level: 'error',
		time: noon123,
		attributes: { id: 7, url: '/x' }
	},
	{
		of: 'Laravel',
		line: '[2024-05-01 12:00:00] production.WARNING: low stock {"sku":"a"} ',
		level: 'warn',
		time: noon,
		attributes: { sku: 'a' }
	},
	{
		of: 'PHP',
		line: '[01-May-2024 12:00:00 UTC] PHP Warning:  Undefined variable $x in /a.php on line 3',
		level: 'warn',
		time: noon
	},
	{ of: 'PHP fatal', line: 'PHP Fatal error:  Uncaught TypeError in /a.php:3', level: 'fatal' },
	{
		of: 'Elixir',
		line: '12:00:00.123 [error] GenServer terminating',
		level: 'error',
		time: today123
	},
	{ of: 'Erlang', line: '=ERROR REPORT==== 1-May-2024::12:00:00 ===', level: 'error', time: noon },
	{
		of: 'pino-pretty',
		line: '[12:00:00.000] \u001b[31mERROR\u001b[39m (42): \u001b[36mboom\u001b[39m',
		level: 'error',
		time: today
	},
	{
		of: 'Lambda (Node)',
		line: '2024-05-01T12:00:00.123Z\t6bc28136-xmpl\tERROR\tInvoke Error',
		level: 'error',
		time: noon123
	},
	{
		of: 'Lambda (Python)',
		line: '[ERROR]\t2024-05-01T12:00:00.123Z\t6bc28136-xmpl\tboom',
		level: 'error',
		time: noon123
	},
	{
		of: 'Android',
		line: '05-01 12:00:00.123  1234  5678 E ActivityManager: ANR',
		level: 'error',
		time: noon123
	},
	{ of: 'Android, brief', line: 'W/Wifi   (  512): weak', level: 'warn' }
];
