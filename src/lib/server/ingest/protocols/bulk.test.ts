import { describe, expect, it } from 'vitest';
import { decodeHere } from '../../../../composition/decoding.ts';
import { bulk, type Told } from './bulk.ts';
import { serviceOf } from './bulk-index.ts';
import type { Asked } from './protocol.ts';

const now = Date.UTC(2026, 10, 29, 12);

function decode(body: string | Buffer, parameters: Record<string, string> = {}) {
	const contentType = 'application/vnd.elasticsearch+x-ndjson; compatible-with=8';
	return decodeHere({
		format: 'bulk',
		bytes: Buffer.from(body),
		contentType,
		parameters,
		headers: {},
		now,
		readsText: true
	});
}

/** What is not refused. */
function received(body: string, parameters: Record<string, string> = {}) {
	const decoded = decode(body, parameters);
	if ('status' in decoded) throw new Error(decoded.detail);
	return { ...decoded, told: decoded.told as Told };
}

const asked = (parameters: Record<string, string> = {}): Asked => ({
	method: 'POST',
	headers: new Headers(),
	parameters
});

const answer = (body: string, parameters: Record<string, string> = {}) => {
	const { report, told } = received(body, parameters);
	return bulk.answer(report, asked(parameters), told);
};

describe('a bulk request', () => {
	it('is answered by one item an action, in their order, keys in the order that clients look for', async () => {
		const body = '{"create":{}}\n{"message":"a"}\n\n{"index":{"_index":"x"}}\n{"message":"b"}\n';
		const response = answer(`${body}{"update":{"_id":"1"}}\n{"doc":{"message":"c"}}`);
		expect(await response.text()).toBe(
			'{"took":1,"errors":false,"items":[{"create":{"status":201}},{"index":{"status":201}},{"update":{"status":200}}]}'
		);
		expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
		expect(response.headers.get('content-type')).toBe('application/json');
	});

	it('stores all but the documents that it rejects, each with its reason', async () => {
		const body = ['not json', '[1]', '{}', '{"message":"kept"}', 'null']
			.map((document) => `{"create":{}}\n${document}\n`)
			.join('');
		const whole = `${body}{"delete":{"_id":"1"}}\n{"index":{}}`;
		expect(received(whole).entries.map(({ message }) => message)).toEqual(['kept']);
		const { errors, items } = (await answer(whole).json()) as {
			errors: boolean;
			items: Record<string, { status: number; error?: { reason: string } }>[];
		};
		expect(errors).toBe(true);
		expect(items.map((item) => Object.values(item)[0]?.status)).toEqual([400, 400, 400, 201, 400, 400, 400]);
		expect(items.map((item) => Object.keys(item)[0])).toEqual([
			...Array(5).fill('create'),
			'delete',
			'index'
		]);
		expect(items[0]?.create?.error?.reason).toMatch(/^not JSON: /);
		expect(items[6]?.index?.error?.reason).toMatch(/no document/);
	});

	it('is refused whole where a line that should be an action is none', () => {
		for (const line of ['{"message":"x"}', 'hello', '[]', '{"create":1}', '{"create":[]}'])
			expect(decode(`{"create":{}}\n{"message":"a"}\n${line}\n`)).toMatchObject({ status: 400 });
	});

	it('may have fields of a client beside the operation, and none at all', () => {
		const { entries } = received(
			'{"create":{"_index":"x"},"attempts":3}\n{"message":"a"}\n{"index":null}\n"b"'
		);
		expect(entries.map(({ message }) => message)).toEqual(['a', 'b']);
	});

	it('without actions has no items', async () => {
		expect(await answer('\n \n').text()).toBe('{"took":1,"errors":false,"items":[]}');
	});

	it('has the parts of its answer that are asked for', async () => {
		const body = '{"create":{}}\n{"message":"a"}\n';
		const filtered = (filter_path: string) => answer(body, { filter_path }).text();
		expect(await filtered('errors,items.*.error,items.*.status')).toBe(
			'{"errors":false,"items":[{"create":{"status":201}}]}'
		);
		expect(await filtered('took')).toBe('{"took":1}');
	});

	it('of many actions is answered in pieces that make one document', async () => {
		const good = '{"create":{}}\n{"message":"a"}\n';
		const bad = '{"index":{}}\n[]\n';
		const body = `${good.repeat(7_000)}${bad}${good.repeat(4_096)}`;
		const { items } = (await answer(body).json()) as { items: Record<string, { status: number }>[] };
		expect(items).toHaveLength(11_097);
		expect(items[7_000]).toMatchObject({ index: { status: 400 } });
		expect(items[11_096]).toEqual({ create: { status: 201 } });
	});

	it('tells apart 62 reasons, and no more', async () => {
		const body = Array.from({ length: 200 }, (_, n) => `{"create":{}}\n{"${n}":${'x'.repeat(n)}\n`).join('');
		const { items } = (await answer(body).json()) as { items: { create: { status: number } }[] };
		expect(items.every(({ create }) => create.status === 400)).toBe(true);
		expect(received(body).told.reasons.length).toBeLessThanOrEqual(64);
	});
});

describe('a document', () => {
	it('has its time, its index and its service', () => {
		const document = '{"@timestamp":"2026-11-29T11:00:00.123Z","message":"a"';
		const body = [
			`{"create":{"_index":"logs-nginx-prod"}}\n${document},"data_stream":{"dataset":"shop"}}`,
			`{"create":{"_index":"logs-nginx-prod"}}\n${document},"data_stream.dataset":"shop"}`,
			`{"create":{"_index":"logs-nginx-prod"}}\n${document},"service":{"name":"cart"}}`,
			`{"create":{"_index":"logs-nginx-prod"}}\n${document}}`,
			`{"create":{}}\n${document}}`
		].join('\n');
		const { entries } = received(body, { index: 'web-2026.11.29' });
		expect(entries.map(({ service }) => service)).toEqual(['shop', 'shop', 'cart', 'nginx', 'web']);
		expect(entries.map(({ time }) => time)).toEqual(Array(5).fill(Date.UTC(2026, 10, 29, 11, 0, 0, 123)));
		expect(JSON.parse(entries[4]!.attributes)).toMatchObject({ _index: 'web-2026.11.29' });
	});

	it('has the service that the request says, before that of its index', () => {
		const { entries } = received('{"create":{"_index":"x"}}\n{"message":"a"}', { service: 'shop' });
		expect(entries[0]?.service).toBe('shop');
	});

	it('of an update is what changes, or what is made', () => {
		const { entries } = received(
			'{"update":{"_id":"1"}}\n{"doc":{"message":"a"}}\n{"update":{"_id":"2"}}\n{"upsert":{"message":"b"}}'
		);
		expect(entries.map(({ message }) => message)).toEqual(['a', 'b']);
	});
});

it('the name of an index becomes a service without its day, a data stream its dataset', () => {
	expect(serviceOf('logstash-2026.11.29')).toBe('logstash');
	expect(serviceOf('app_2026-11')).toBe('app');
	expect(serviceOf('logs-nginx.access-default')).toBe('nginx.access');
	expect(serviceOf('filebeat-8.17.0')).toBe('filebeat-8.17.0');
});

describe('the key of a repeat', () => {
	const keyOf = (body: string, parameters: Record<string, string> = {}) =>
		bulk.repeatKeyOf?.(received(body, parameters).told) ?? null;
	const create = (id: string, index = 'x') =>
		`{"create":{"_index":"${index}","_id":"${id}"}}\n{"message":"a"}\n`;

	it('is made of the ids, if each action creates one', () => {
		expect(keyOf(create('1') + create('2'))).toMatch(/^bulk \S{43}$/);
		expect(keyOf(create('1') + create('2'))).toBe(keyOf(create('1') + create('2')));
		expect(keyOf(create('1') + create('2'))).not.toBe(keyOf(create('2') + create('1')));
		expect(keyOf(create('1', 'y'))).not.toBe(keyOf(create('1')));
	});

	it('is also made of the index in the address', () => {
		const body = '{"create":{"_id":"1"}}\n{"message":"a"}\n';
		expect(keyOf(body, { index: 'x' })).toBe(keyOf(create('1')));
		expect(keyOf(body, { index: 'y' })).toBe(keyOf(create('1', 'y')));
		expect(keyOf(body)).not.toBe(keyOf(body, { index: 'x' }));
		expect(keyOf(create('1'), { index: 'y' })).toBe(keyOf(create('1')));
	});

	it('is missing if an action has no id, or may replace what is there', () => {
		expect(keyOf(`${create('1')}{"create":{}}\n{"message":"a"}`)).toBeNull();
		expect(keyOf('{"index":{"_id":"1"}}\n{"message":"a"}')).toBeNull();
		expect(keyOf('')).toBeNull();
	});
});
