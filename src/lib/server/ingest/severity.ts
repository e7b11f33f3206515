import { levels, severityOf } from '../../log/entry.ts';

/** The fields that may give a severity; the first readable one wins. */
export const fields = [
	'level',
	'severity',
	'severityNumber',
	'severity_number',
	'severityText',
	'severity_text',
	'PRIORITY'
] as const;
export type Field = (typeof fields)[number];

/**
 * Spellings by OpenTelemetry SeverityNumber. Sources: OpenTelemetry logs data model, appendix B (syslog's notice,
 * java.util.logging, Windows' verbose); RFC 5424; console forms of zerolog, Serilog and .NET. From critical up all is fatal, as
 * in Python and Google Cloud, so that one level holds everything that wakes people.
 */
const spellings: [number, string][] = [
	[1, 'trace t trc trce finest silly'],
	[5, 'debug d dbg dbug finer verbose v vrb'],
	[6, 'fine'],
	[7, 'config'],
	[9, 'info i inf information informational log success'],
	[10, 'notice'],
	[13, 'warn w wrn warning'],
	[17, 'error e err fail severe'],
	[21, 'fatal f ftl critical crit c'],
	[22, 'alert'],
	[23, 'emergency emerg panic dpanic pnc']
];

const words = new Map<string, number>();
for (const [severity, names] of spellings) for (const name of names.split(' ')) words.set(name, severity);
// OpenTelemetry's short names: INFO2, ERROR4.
for (const level of levels)
	for (const n of [0, 1, 2, 3]) words.set(`${level}${n + 1}`, severityOf(level) + n);
for (const [name, severity] of [...words]) words.set(name.toUpperCase(), severity);

/** RFC 5424, table 2: emergency, alert, critical, error, warning, notice, informational, debug. */
const syslog = [23, 22, 21, 17, 13, 10, 9, 5];

/**
 * The SeverityNumber (1 to 24) that a field gives, or null. Words are read in any case. Numbers mean: in `level` 0–7 syslog
 * (GELF, RFC 5424) and 10–60 pino or bunyan, the values between counting down; in `PRIORITY` syslog (journald); elsewhere
 * OpenTelemetry's 1–24.
 */
export function read(field: Field, value: unknown): number | null {
	if (typeof value === 'number') return fromNumber(field, value);
	if (typeof value !== 'string' || value.length > 20) return null;
	const word = words.get(value) ?? words.get(value.trim().toLowerCase());
	if (word !== undefined) return word;
	return /^\s*\d+\s*$/.test(value) ? fromNumber(field, Number(value)) : null;
}

function fromNumber(field: Field, value: number): number | null {
	if (field === 'PRIORITY') return syslog[value] ?? null;
	if (field === 'level') return syslog[value] ?? fromPino(value);
	return Number.isInteger(value) && value >= 1 && value <= 24 ? value : null;
}

function fromPino(value: number): number | null {
	const level = value <= 60 ? levels[Math.floor(value / 10) - 1] : undefined;
	return level === undefined ? null : severityOf(level);
}
