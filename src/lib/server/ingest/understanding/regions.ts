import * as time from '../time.ts';

/** A zone of the IANA database, with the offset that was asked for last: lines come in the order of their times. */
interface Region {
	format: Intl.DateTimeFormat;
	quarter: number;
	offset: number;
}

/** Regions that are kept; a format takes 64 µs and some kilobytes to build. */
const most = 64;
const quarterHour = 900_000;
const regions = new Map<string, Region | null>();

/**
 * How far a region (`Europe/Berlin`) was ahead of UTC at a time of its own clocks, in ms; NaN if there is no such region.
 * `local` is that time as if in UTC. Of an hour that comes twice, when clocks are turned back, it is the second.
 */
export function offset(name: string, local: number): number {
	const region = of(name);
	if (region === null || Number.isNaN(local)) return NaN;
	const quarter = Math.floor(local / quarterHour);
	if (region.quarter === quarter) return region.offset;
	const near = at(region.format, local);
	region.quarter = quarter;
	region.offset = at(region.format, local - near);
	return region.offset;
}

function of(name: string): Region | null {
	const known = regions.get(name);
	if (known !== undefined) return known;
	if (regions.size >= most) regions.clear();
	const format = formatOf(name);
	const region = format === null ? null : { format, quarter: NaN, offset: NaN };
	regions.set(name, region);
	return region;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
	try {
		return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}

/** It writes "5/2/2024, GMT+02:00", or "GMT" alone; before 1972 there was an offset with seconds, which are left out. */
function at(format: Intl.DateTimeFormat, moment: number): number {
	const text = format.format(moment);
	const zone = text.slice(text.indexOf('GMT') + 3).slice(0, '+02:00'.length);
	return zone === '' ? 0 : time.offset(zone);
}
