import * as severity from '../severity.ts';

/** What a field may be to an entry. */
export type Role = 'message' | 'time' | 'observed' | 'severity' | 'service' | 'host' | 'trace_id' | 'span_id';

/** A name that a field of a role may have. */
export interface Alias {
	name: string;
	role: Role;
	/** Of several usable ones, that of the lowest rank is used. */
	rank: number;
	/** Whether it stays an attribute when it is used, because it says more than the entry's field does. */
	stays: boolean;
	/** ECS: an object's member that has the value instead. */
	member: string | undefined;
	/** A name that others use otherwise: only an entry for which this holds has it in this role. */
	holds: ((fields: Record<string, unknown>) => boolean) | undefined;
}

/** The names that always were the entry's own: with values of any kind, and a null there means that there is none. */
export const own: ReadonlySet<string> = new Set(
	list(
		'message msg log body time timestamp @timestamp ts level severity severityNumber severity_number severityText',
		'severity_text PRIORITY service host trace_id traceId span_id spanId'
	)
);

/** In the order of API.md. syslog-ng and journald write in capitals; `@m` and `@mt` are Serilog's, `M` is zap's. */
const roles: Record<Role, readonly string[]> = {
	message: list(
		'message msg log body full_message short_message Message MESSAGE @message @m RenderedMessage',
		'renderedMessage textPayload M event text @mt MessageTemplate'
	),
	time: list(
		'time timestamp @timestamp ts @t Timestamp datetime dateTime date asctime eventTime event_time EventTime',
		'timeMillis instant _SOURCE_REALTIME_TIMESTAMP __REALTIME_TIMESTAMP timeUnixNano observedTimeUnixNano ISODATE',
		'Time _time log_time logTime dt t T'
	),
	// Of `tailrace ship` and `pipe`: when a line was read.
	observed: ['observed_time'],
	severity: severity.fields,
	service: list(
		'service.name service_name service app application app_name serviceName ServiceName otelServiceName appname',
		'applicationName name app_kubernetes_io_name container container_name k8s_container_name component workload job',
		'k8s_job_name SYSLOG_IDENTIFIER PROGRAM programname projectName _SYSTEMD_UNIT'
	),
	host: list('host hostname host.name host_name HOST HOSTNAME _HOSTNAME MachineName k8s.node.name'),
	trace_id: list(
		'trace_id traceId trace.id traceID traceid TraceId TraceID otelTraceID dd.trace_id @tr',
		'logging.googleapis.com/trace trace'
	),
	span_id: list(
		'span_id spanId span.id spanID spanid SpanId SpanID otelSpanID dd.span_id @sp',
		'logging.googleapis.com/spanId span'
	)
};

/** Names of services that say what they are besides: people look for them. */
const staying = new Set(
	list(
		'name app_kubernetes_io_name container container_name k8s_container_name component workload job',
		'k8s_job_name _SYSTEMD_UNIT'
	)
);

function list(...lines: string[]): string[] {
	return lines.join(' ').split(' ');
}

type Fields = Record<string, unknown>;
const isZap = (fields: Fields) => typeof fields.L === 'string' && typeof fields.M === 'string';
const isMongo = ({ t }: Fields) => typeof t === 'object' && t !== null && '$date' in t;
const conditions: Record<string, Alias['holds']> = {
	L: isZap,
	M: isZap,
	T: isZap,
	s: isMongo,
	trace: ({ trace }) => typeof trace === 'object',
	span: ({ span }) => typeof span === 'object',
	// Also of Go's log15.
	t: (fields) => isMongo(fields) || typeof fields.lvl === 'string'
};

/** The members of ECS' objects; with a dot between they are names of their own. */
const members: Record<string, string> = {
	log: 'level',
	host: 'name',
	service: 'name',
	trace: 'id',
	span: 'id'
};

const aliases = new Map<string, Alias>();
for (const role of Object.keys(roles) as Role[])
	roles[role].forEach((name, rank) => {
		const stays = name.includes('.') || staying.has(name);
		aliases.set(name, { name, role, rank, stays, member: members[name], holds: conditions[name] });
	});

/** What a field of this name may be; undefined if it is an attribute like any other. */
export function of(name: string): Alias | undefined {
	return aliases.get(name);
}

/** The names of a role, the first to be used first. */
export function namesOf(role: Role): readonly string[] {
	return roles[role];
}
