import type { NewEntry } from '../../../log/entry.ts';
import type { Refused } from '../../http/problem.ts';
import * as bounds from '../bounds.ts';
import * as json from '../json.ts';
import * as repair from '../repair.ts';
import * as severity from '../severity.ts';
import * as text from '../text.ts';
import { fallbackOf, type Decoded, type Sending } from './decoded.ts';
import { isFields, nameOf, valuesOf, withMessage, type Fields } from './json-values.ts';
import { messagesOf } from './lines.ts';
import type { Protocol } from './protocol.ts';

/** Decodes logs as Datadog's agent and libraries send them: entries in JSON, one or a list, or lines of text. `{}` is a sign of life. */
export function decode(sending: Sending): Decoded {
	return { items: items(text.read(sending.bytes, sending.contentType), sending) };
}

function* items(body: string, sending: Sending): Generator<NewEntry | string> {
	const { now, parameters, headers } = sending;
	const fallback = fallbackOf(sending);
	const defaults = defaultsOf(parameters);
	const isOfAgent = agent.test(headers['user-agent'] ?? '');
	const values = /^\s*[{[]/.test(body) ? valuesOf(body) : messagesOf(body);
	for (const value of values) {
		if (isFields(value) && Object.keys(value).length === 0) continue;
		const fields = isFields(value) ? value : { message: value };
		if (isOfAgent && fields.status === 'info') delete fields.status;
		yield repair.entry(entryOf({ ...defaults, ...fields }), fallback, now);
	}
}

/** The agent, which gives all that a container prints on stdout the status info: the text knows better. */
const agent = /^datadog-agent\//i;

/** What the address says of all entries. Source: Datadog, "Send logs", query strings. */
function defaultsOf({ ddsource, ddtags, hostname }: Sending['parameters']): Fields {
	return { ...(ddsource && { ddsource }), ...(ddtags && { ddtags }), ...(hostname && { hostname }) };
}

function entryOf({ message, status, hostname, ddtags, ...rest }: Fields): Fields {
	const entry = isFields(message) ? withMessage(message) : { message };
	for (const name in rest) bounds.note(entry, name, rest[name]);
	const host = nameOf(hostname);
	if (host !== null && nameOf(entry.host) === null) entry.host = host;
	else if (hostname !== undefined && hostname !== null) bounds.add(entry, 'hostname', hostname);
	if (status !== undefined && status !== null)
		bounds.note(entry, isLevel(status) ? 'level' : 'status', status);
	if (entry.level === 'ok') entry.level = 'info';
	addTags(entry, ddtags);
	return entry;
}

/** A word, or a number of syslog's; others are statuses of HTTP. Source: Datadog, "Log status remapper". */
function isLevel(status: unknown): boolean {
	const plain = json.plain(status);
	if (/^[0-7]$/.test(String(plain)) || plain === 'ok') return true;
	return typeof plain === 'string' && /[a-z]/i.test(plain) && severity.read('level', plain) !== null;
}

/** `env:prod,version:1.2,canary`: those with a value become attributes, the others are listed as `tags`. */
function addTags(entry: Fields, ddtags: unknown): void {
	const list = Array.isArray(ddtags) ? ddtags.map(String) : String(ddtags ?? '').split(',');
	const bare: string[] = [];
	for (const tag of list.map((tag) => tag.trim())) {
		const colon = tag.indexOf(':');
		const [name, value] = [tag.slice(0, colon), tag.slice(colon + 1)];
		if (colon <= 0) bare.push(tag);
		else if (entry[name] !== value) bounds.add(entry, name, value);
	}
	const tags = bare.filter((tag) => tag !== '');
	if (tags.length > 0) bounds.add(entry, 'tags', tags);
}

/** Datadog's intake: 202 for whatever is taken, also for a sign of life. The agent drops what gets 400, 401, 403 or 413. */
export const datadog: Protocol = {
	format: 'datadog',
	headers: ['user-agent'],
	answer({ accepted, rejected, errors }) {
		if (accepted > 0 || rejected === 0) return respond(202, {});
		return refuse({ status: 400, detail: errors?.[0]?.reason ?? '' });
	},
	refuse
};

/** What the agent asks before it sends: whether there is somebody. */
export const isValid = (): Response => respond(200, { valid: true });

function refuse({ status, detail, retryAfterS = 1 }: Refused): Response {
	const response = respond(status, { errors: [{ status: String(status), detail }] });
	if (status === 429 || status === 503) response.headers.set('retry-after', String(retryAfterS));
	return response;
}

function respond(status: number, body: object): Response {
	return Response.json(body, { status, headers: { 'cache-control': 'no-store' } });
}
