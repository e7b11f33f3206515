import { noon, noon123, today, type Shape } from './shape.ts';

/** Loggers of Go and Python. */
export const shapes: Shape[] = [
	// Go
	{ of: 'Go log', line: '2024/05/01 12:00:00 listening on :8080', level: 'info', time: noon },
	{
		of: 'Go log with a level',
		line: '2024/05/01 12:00:00 [ERROR] dial tcp: refused',
		level: 'error',
		time: noon
	},
	{
		of: 'Go slog default',
		line: '2024/05/01 12:00:00 WARN retrying attempt=3 after=1s',
		level: 'warn',
		time: noon,
		attributes: { attempt: '3', after: '1s' }
	},
	{
		of: 'Go slog text',
		line: 'time=2024-05-01T12:00:00.123Z level=ERROR+2 msg="write failed" err="disk full"',
		level: 'error',
		time: noon123,
		attributes: { msg: 'write failed', err: 'disk full' }
	},
	{
		of: 'logrus',
		line: 'time="2024-05-01T12:00:00Z" level=warning msg="say \\"hi\\"" size=10',
		level: 'warn',
		time: noon,
		attributes: { msg: 'say "hi"', size: '10' }
	},
	{
		of: 'logrus terminal',
		line: 'ERRO[0012] cannot connect  host=db',
		level: 'error',
		attributes: { host: 'db' }
	},
	{
		of: 'zap console',
		line: '2024-05-01T12:00:00.123Z\terror\tserver/main.go:42\trequest failed\t{"status": 500, "path": "/x"}',
		level: 'error',
		time: noon123,
		attributes: { status: 500, path: '/x' }
	},
	{
		of: 'zerolog console',
		line: '12:00PM ERR cannot bind error="in use" port=80',
		level: 'error',
		time: today,
		attributes: { error: 'in use', port: '80' }
	},
	{
		of: 'klog',
		line: 'E0501 12:00:00.123456       1 reflector.go:138] failed to list',
		level: 'error',
		time: noon123
	},
	{
		of: 'klog info',
		line: 'I0501 12:00:00.000000   12345 main.go:10] "Pod" pod="a/b"',
		level: 'info',
		time: noon,
		attributes: { pod: 'a/b' }
	},
	{
		of: 'glog with year',
		line: 'W20240501 12:00:00.123456 123 file.cc:7] odd',
		level: 'warn',
		time: noon123
	},
	{
		of: 'hclog (Consul, Vault)',
		line: '2024-05-01T12:00:00.123Z [WARN]  agent: sync: no leader',
		level: 'warn',
		time: noon123
	},
	{
		of: 'Prometheus',
		line: 'ts=2024-05-01T12:00:00.123Z caller=main.go:5 level=error component=tsdb err="no space"',
		level: 'error',
		time: noon123,
		attributes: { caller: 'main.go:5', component: 'tsdb', err: 'no space' }
	},
	{
		of: 'Grafana',
		line: 'logger=http t=2024-05-01T12:00:00.123Z level=warn msg="slow" trace_id=4bf92f3577b34da6',
		level: 'warn',
		time: noon123,
		attributes: { logger: 'http', msg: 'slow' }
	},

	// Python
	{ of: 'Python basicConfig', line: 'ERROR:root:it broke', level: 'error' },
	{
		of: 'Python with a comma',
		line: '2024-05-01 12:00:00,123 ERROR my.module it broke',
		level: 'error',
		time: noon123
	},
	{
		of: 'Python with dashes',
		line: '2024-05-01 12:00:00,123 - my.module - WARNING - careful',
		level: 'warn',
		time: noon123
	},
	{
		of: 'Python, logger of one word',
		line: '2024-05-01 12:00:00,123 - root - CRITICAL - down',
		level: 'fatal',
		time: noon123
	},
	{
		of: 'Flask',
		line: '[2024-05-01 12:00:00,123] ERROR in app: Exception on / [GET]',
		level: 'error',
		time: noon123
	},
	{
		of: 'gunicorn',
		line: '[2024-05-01 12:00:00 +0000] [42] [CRITICAL] WORKER TIMEOUT (pid:43)',
		level: 'fatal',
		time: noon
	},
	{ of: 'uvicorn', line: 'INFO:     127.0.0.1:5000 - "GET / HTTP/1.1" 200 OK', level: 'info' },
	{
		of: 'Celery',
		line: '[2024-05-01 12:00:00,123: WARNING/MainProcess] missed heartbeat',
		level: 'warn',
		time: noon123
	},
	{
		of: 'loguru',
		line: '2024-05-01 12:00:00.123 | ERROR    | app.main:run:12 - failed',
		level: 'error',
		time: noon123
	},
	{
		of: 'Airflow',
		line: '[2024-05-01T12:00:00.123+0000] {taskinstance.py:1} ERROR - Task failed',
		level: 'error',
		time: noon123
	},
	{ of: 'Jupyter', line: '[W 2024-05-01 12:00:00.123 ServerApp] no password', level: 'warn', time: noon123 },
	{ of: 'Tornado', line: '[E 240501 12:00:00 web:1] Uncaught exception', level: 'error', time: noon }
];
