import type { Details } from './events.ts';

/** The details of an event as people read them, like "role: member → admin"; `from` and `to` describe one change. */
export function describe(details: Details): string[] {
	const { from, to, ...rest } = details;
	const others = Object.entries(rest).map(([name, value]) => `${name}: ${textOf(value)}`);
	if (from === undefined && to === undefined) return others;
	if (from === undefined) return [`to: ${textOf(to)}`, ...others];
	return [to === undefined ? `from: ${textOf(from)}` : `${textOf(from)} → ${textOf(to)}`, ...others];
}

function textOf(value: Details[string] | undefined): string {
	if (value === null || value === undefined) return 'none';
	if (Array.isArray(value)) return value.join(', ') || 'none';
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	return String(value);
}
