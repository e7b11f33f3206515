/** How a client that people run already is pointed at this server. */
export interface Shipper {
	name: string;
	/** Where the text belongs: a file, or a dialog. */
	where: string;
	text: string;
}

/** Where to send, and with what. Without the key itself, which is shown only once, a placeholder stands for it. */
interface Target {
	origin: string;
	key: string;
	host: string;
	port: string;
	tls: boolean;
}

/**
 * The few lines of configuration for each client, with this server's address and the key in them. docs/shippers.md says more of each,
 * and which of them were really run.
 */
export function shippers(origin: string, key: string | null): Shipper[] {
	const { hostname, port, protocol } = new URL(origin);
	const tls = protocol === 'https:';
	const target = { origin, key: key ?? 'YOUR_KEY', host: hostname, port: port || (tls ? '443' : '80'), tls };
	return [
		...collectors(target),
		...elastic(target),
		...libraries(target),
		...machines(target),
		...clouds(target)
	];
}

function collectors({ origin, key, host, port, tls }: Target): Shipper[] {
	const onOff = tls ? 'On' : 'Off';
	return [
		{
			name: 'OpenTelemetry Collector',
			where: 'config.yaml',
			text: `exporters:
  otlphttp/tailrace:
    logs_endpoint: ${origin}/v1/logs
    headers:
      authorization: Bearer ${key}
service:
  pipelines:
    logs:
      exporters: [otlphttp/tailrace]`
		},
		{
			name: 'Fluent Bit',
			where: 'fluent-bit.conf',
			text: `[OUTPUT]
    Name        opentelemetry
    Match       *
    Host        ${host}
    Port        ${port}
    Tls         ${onOff}
    Logs_uri    /v1/logs
    Header      Authorization Bearer ${key}`
		},
		{
			name: 'Vector',
			where: 'vector.yaml',
			text: `sinks:
  tailrace:
    type: loki
    inputs: ["*"]
    endpoint: ${origin}
    auth: { strategy: bearer, token: ${key} }
    encoding: { codec: json }
    labels: { service: "{{ service }}" }`
		},
		{
			name: 'Promtail, Grafana Alloy',
			where: 'promtail.yaml',
			text: `clients:
  - url: ${origin}/loki/api/v1/push
    bearer_token: ${key}`
		}
	];
}

function elastic({ origin, key, port }: Target): Shipper[] {
	return [
		{
			name: 'Filebeat',
			where: 'filebeat.yml',
			text: `setup.ilm.enabled: false
setup.template.enabled: false
output.elasticsearch:
  hosts: ["${origin}${originPort(origin, port)}/es"]
  api_key: "tailrace:${key}"`
		},
		{
			name: 'Logstash',
			where: 'pipeline.conf',
			text: `output {
  elasticsearch {
    hosts => ["${origin}${originPort(origin, port)}/es"]
    user => "tailrace"
    password => "${key}"
    manage_template => false
    ilm_enabled => false
  }
}`
		}
	];
}

/** Beats and Logstash add port 9200 to an address that names none. */
const originPort = (origin: string, port: string) => (origin.endsWith(`:${port}`) ? '' : `:${port}`);

function libraries({ origin, key }: Target): Shipper[] {
	return [
		{
			name: 'OpenTelemetry SDK',
			where: 'the environment of the program',
			text: `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=${origin}/v1/logs
OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf
OTEL_EXPORTER_OTLP_LOGS_HEADERS="authorization=Bearer ${key}"
OTEL_LOGS_EXPORTER=otlp`
		},
		{
			name: 'pino (pino-loki)',
			where: 'the program',
			text: `const transport = pino.transport({
  target: 'pino-loki',
  options: {
    host: ${JSON.stringify(origin)},
    headers: { authorization: ${JSON.stringify(`Bearer ${key}`)} },
    labels: { service: 'web' }
  }
});`
		},
		{
			name: 'winston (winston-loki)',
			where: 'the program',
			text: `new LokiTransport({
  host: ${JSON.stringify(origin)},
  headers: { authorization: ${JSON.stringify(`Bearer ${key}`)} },
  labels: { service: 'web' }
})`
		}
	];
}

function machines({ origin, key, host, port, tls }: Target): Shipper[] {
	return [
		{
			name: 'rsyslog',
			where: '/etc/rsyslog.d/tailrace.conf',
			text: `module(load="omelasticsearch")
template(name="tailrace" type="list" option.jsonf="on") {
  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="service" name="app-name" format="jsonf")
  property(outname="severity" name="syslogseverity-text" format="jsonf")
  property(outname="message" name="$.message" format="jsonf")
}
# The blank behind the tag is not part of a message.
set $.message = $msg;
if $msg startswith " " then set $.message = substring($msg, 1, strlen($msg) - 1);
action(type="omelasticsearch" server="${origin}${originPort(origin, port)}/es"
  uid="tailrace" pwd="${key}" searchType="" bulkmode="on" template="tailrace"
  queue.type="LinkedList" action.resumeRetryCount="-1")`
		},
		{
			name: 'syslog-ng',
			where: '/etc/syslog-ng/conf.d/tailrace.conf',
			text: `destination d_tailrace {
  http(url("${origin}/api/logs") user("tailrace") password("${key}")
    method("POST") headers("Content-Type: application/x-ndjson") delimiter("\\n")
    body("$(format-json message=$MESSAGE host=$HOST service=$PROGRAM level=$LEVEL time=$ISODATE)")
    batch-lines(100) batch-timeout(1000) time-reopen(5));
};
log { source(s_src); destination(d_tailrace); flags(flow-control); };`
		},
		{
			name: 'systemd journal',
			where: '/etc/systemd/journal-upload.conf',
			text: `[Upload]
URL=${tls ? 'https' : 'http'}://tailrace:${key}@${host}:${port}/journald`
		},
		{
			name: 'Docker (Splunk driver)',
			where: 'docker run',
			text: `docker run --log-driver=splunk \\
  --log-opt splunk-url=${origin} \\
  --log-opt splunk-token=${key} \\
  --log-opt splunk-format=json \\
  your-image`
		},
		{
			name: 'Datadog Agent',
			where: 'datadog.yaml',
			text: `logs_enabled: true
api_key: ${key}
logs_config:
  logs_dd_url: ${host}:${port}
  logs_no_ssl: ${!tls}
  force_use_http: true`
		}
	];
}

function clouds({ origin, key, host, port, tls }: Target): Shipper[] {
	const inUrl = `${tls ? 'https' : 'http'}://tailrace:${key}@${host}:${port}`;
	return [
		{
			name: 'Heroku',
			where: 'a terminal',
			text: `heroku drains:add '${inUrl}/heroku?service=my-app' --app my-app`
		},
		{
			name: 'Vercel',
			where: 'Team settings, Drains: a custom endpoint',
			text: `URL: ${origin}/vercel
Format: NDJSON
Custom header: Authorization: Bearer ${key}`
		},
		{
			name: 'Amazon Data Firehose',
			where: 'destination: HTTP endpoint',
			text: `HTTP endpoint URL: ${origin}/firehose
Access key: ${key}
Content encoding: GZIP`
		},
		{
			name: 'Cloudflare Logpush',
			where: 'destination: HTTP',
			text: `${origin}/api/logs?service=cloudflare&header_Authorization=Bearer%20${key}`
		}
	];
}
