/** What a data stream is named: type, dataset, namespace (Elastic, "Data stream naming scheme"). */
const dataStream = /^(?:logs|metrics|traces|synthetics)-([^-]+)-[^-]+$/;
/** Many name an index after the day or month that it is for. */
const date = /[-_.]\d{4}[-_.]?\d\d(?:[-_.]?\d\d)?$/;

/** The service that an index is named after, which is the last resort. */
export function serviceOf(index: string): string {
	const name = index.replace(date, '');
	return dataStream.exec(name)?.[1] ?? name;
}

/** The name of an index in the path of a request. */
export function decoded(index: string): string {
	try {
		return decodeURIComponent(index);
	} catch {
		return index; // a name with a percent sign of its own
	}
}
