import { levels, severityOf } from '../../log/entry.ts';

/**
 * The fields that may give a severity; the first readable one wins. Behind OpenTelemetry's, Google's and journald's: Loki,
 * ECS, Serilog, .NET, Python, Monolog, hclog, PostgreSQL, MongoDB (`s`) and zap (`L`), and what else is usual.
 */
export const fields = [
	'level',
	'severity',
	'severityNumber',
	'severity_number',
	'severityText',
	'severity_text',
	'PRIORITY',
	'detected_level',
	'log.level',
	'@l',
	'@level',
	'lvl',
	'loglevel',
	'logLevel',
	'LogLevel',
	'log_level',
	'levelname',
	'level_name',
	'levelName',
	'levelno',
	'Level',
	'LEVEL',
	'Severity',
	'SeverityNumber',
	'SeverityText',
	'log_severity',
	'error_severity',
	's',
	'L'
] as const;
export type Field = (typeof fields)[number];

/**
 * Spellings by OpenTelemetry SeverityNumber. Sources: OpenTelemetry logs data model, appendix B (syslog's notice,
 * java.util.logging, Windows' verbose); RFC 5424; console forms of zerolog, logrus, Serilog and .NET; Apache, MongoDB,
 * MariaDB. From critical up all is fatal, as in Python and Google Cloud, so that one level holds everything that wakes
 * people.
 */
const spellings: [number, string][] = [
	[1, 'trace t trc trce trac finest silly trace5 trace6 trace7 trace8'],
	[5, 'debug d dbg dbug debu finer verbose v vrb d1 d2 d3 d4 d5 debug5'],
	[6, 'fine'],
	[7, 'config'],
	[9, 'info i inf information informational log success statement'],
	[10, 'notice note'],
	[13, 'warn w wrn warning'],
	[17, 'error e err erro eror fail severe'],
	[21, 'fatal f ftl fata critical crit c'],
	[22, 'alert'],
	[23, 'emergency emerg panic dpanic pnc pani']
];

const words = new Map<string, number>();
for (const [severity, names] of spellings) for (const name of names.split(' ')) words.set(name, severity);
// OpenTelemetry's short names: INFO2, ERROR4.
for (const level of levels)
	for (const n of [0, 1, 2, 3]) words.set(`${level}${n + 1}`, severityOf(level) + n);
for (const [name, severity] of [...words]) words.set(name.toUpperCase(), severity);

/** RFC 5424, table 2: emergency, alert, critical, error, warning, notice, informational, debug. */
const syslog = [23, 22, 21, 17, 13, 10, 9, 5];

/** Monolog's numbers, by hundreds. */
const monolog = new Map([
	[100, 5],
	[200, 9],
	[250, 10],
	[300, 13],
	[400, 17],
	[500, 21],
	[550, 22],
	[600, 23]
]);
/** Google Cloud's LogSeverity: 100 is DEBUG, 800 EMERGENCY. */
const google = [5, 9, 10, 13, 17, 21, 22, 23];
/** Python's levels, by tens. */
const python = [5, 9, 13, 17, 21];

/**
 * The SeverityNumber (1 to 24) that a field gives, or null. Words are read in any case, also as Go's slog has them
 * (`INFO+2`). Numbers mean: in `level` and its spellings 0–7 syslog (GELF, RFC 5424), 10–60 pino or bunyan, the values
 * between counting down, and 100–600 Monolog; in `PRIORITY` syslog (journald); in `levelno` Python; in `severity` and its
 * spellings OpenTelemetry's 1–24 and 100–800 Google Cloud. Elsewhere they mean nothing.
 */
export function read(field: Field, value: unknown): number | null {
	if (typeof value === 'number') return fromNumber(field, value);
	if (typeof value !== 'string' || value.length > 20) return null;
	const found = word(value) ?? word(value.trim());
	if (found !== null) return found;
	return /^\s*\d+\s*$/.test(value) ? fromNumber(field, Number(value)) : null;
}

/** What Go's slog writes for the levels between. */
const between = /^(debug|info|warn|error)[+-]\d{1,2}$/i;

/** The SeverityNumber of a word in any case, or null. */
export function word(text: string): number | null {
	const found = words.get(text) ?? words.get(text.toLowerCase());
	if (found !== undefined) return found;
	const near = between.exec(text)?.[1];
	return near === undefined ? null : word(near);
}

function fromNumber(field: Field, value: number): number | null {
	switch (field) {
		case 'PRIORITY':
			return syslog[value] ?? null;
		case 'level':
		case 'lvl':
		case 'loglevel':
		case 'log_level':
		case 'log.level':
		case '@level':
			return syslog[value] ?? fromPino(value) ?? monolog.get(value) ?? null;
		case 'levelno':
			return python[value / 10 - 1] ?? null;
		case 'severity':
		case 'severityNumber':
		case 'severity_number':
		case 'Severity':
		case 'SeverityNumber':
		case 'severityText':
		case 'severity_text':
		case 'SeverityText':
			return Number.isInteger(value) && value >= 1 && value <= 24 ? value : (google[value / 100 - 1] ?? null);
		default:
			return null;
	}
}

function fromPino(value: number): number | null {
	const level = value <= 60 ? levels[Math.floor(value / 10) - 1] : undefined;
	return level === undefined ? null : severityOf(level);
}
