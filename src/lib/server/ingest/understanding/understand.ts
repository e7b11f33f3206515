import * as bounds from '../bounds.ts';
import * as fields from './fields.ts';
import * as line from './line.ts';
import * as objects from './objects.ts';

/** How often a message may be JSON in JSON: a program's line, wrapped by its container's runtime and by a shipper. */
const mostWraps = 3;

/**
 * What is known of an entry together with what its message says; null if that is nothing. A message that is a JSON object
 * is an entry: its own message takes its place. Any other is left as it is and, if `readsText`, read. What is known wins
 * and is left unchanged. `now` is in epoch milliseconds.
 */
export function understand(
	known: fields.Known,
	text: string,
	readsText: boolean,
	now: number
): fields.Known | null {
	let [all, message] = [known, text];
	for (let wraps = 0; wraps < mostWraps; wraps += 1) {
		const object = objects.whole(message);
		if (object === null) break;
		all = joined(all, fields.read(object, given(all), now, true));
		if (all.message === null) return { ...all, message };
		message = all.message;
	}
	const found = readsText ? line.read(message, all, now) : null;
	if (found === null) return all === known ? null : { ...all, message };
	return {
		...all,
		...found,
		service: found.service ?? all.service,
		message,
		attributes: merged(all.attributes, found.attributes)
	};
}

/** A service that is only a hint gives way. */
function given(known: fields.Known): fields.Given {
	const { time, severity, host, trace_id, span_id } = known;
	return { time, severity, service: known.isHint ? null : known.service, host, trace_id, span_id };
}

function joined(outer: fields.Known, inner: fields.Known): fields.Known {
	const { service, isHint } = outer.isHint && (inner.service === null || inner.isHint) ? outer : inner;
	const attributes = { ...outer.attributes };
	for (const key in inner.attributes) {
		const value = inner.attributes[key];
		if (!Object.hasOwn(attributes, key) || attributes[key] !== value) bounds.add(attributes, key, value);
	}
	return { ...inner, observed: outer.observed ?? inner.observed, service, isHint, attributes };
}

/** What a text has is left out where there is an attribute of that name: it stands in the message, too. */
function merged(known: fields.Fields, found: fields.Fields): fields.Fields {
	const attributes = { ...known };
	for (const key in found) if (!Object.hasOwn(attributes, key)) bounds.set(attributes, key, found[key]);
	return attributes;
}
