import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeAs, entriesAs, receivedAs } from '../../../../../tests/support/logs/decoding.ts';
import { firehose } from './firehose.ts';

function delivery(...records: (string | Uint8Array)[]): string {
	const list = records.map((data) => ({ data: Buffer.from(data).toString('base64') }));
	return JSON.stringify({ requestId: 'r-1', timestamp: 1714651200000, records: list });
}

const subscription = {
	messageType: 'DATA_MESSAGE',
	owner: '123456789012',
	logGroup: '/aws/lambda/shop',
	logStream: '2024/05/02/[1]abc',
	subscriptionFilters: ['all'],
	logEvents: [
		{ id: '1', timestamp: 1714651200123, message: 'first\n' },
		{ id: '2', timestamp: 1714651200124, message: 'second\n' }
	]
};

describe('a record of Firehose', () => {
	it('is text, JSON, or both in several lines', () => {
		const body = delivery('plain', '{"message":"a","level":"error"}\n{"message":"b"}', '{"n":1}{"n":2}');
		expect(entriesAs('firehose', body)).toMatchObject([
			{ message: 'plain' },
			{ message: 'a', severity: 17 },
			{ message: 'b' },
			{ message: '{"n":1}', attributes: { n: 1 } },
			{ message: '{"n":2}' }
		]);
	});

	it('that begins like JSON and is none is its lines', () => {
		const entries = entriesAs('firehose', delivery('[info] hello\n[warn] there'));
		expect(entries.map(({ message }) => message)).toEqual(['[info] hello', '[warn] there']);
	});

	it('of CloudWatch is compressed, and has its events in it', () => {
		const body = delivery(
			gzipSync(JSON.stringify(subscription)),
			gzipSync('{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","timestamp":1,"message":"CWL"}]}')
		);
		expect(entriesAs('firehose', body)).toMatchObject([
			{
				message: 'first',
				time: 1714651200123,
				service: 'shop',
				attributes: {
					'cloud.account.id': '123456789012',
					'aws.log.group.names': '/aws/lambda/shop',
					'aws.log.stream.names': '2024/05/02/[1]abc',
					'aws.log.event.id': '1'
				}
			},
			{ message: 'second', time: 1714651200124 }
		]);
	});

	it('has what the delivery stream says of all', () => {
		const common = { commonAttributes: { service: 'shop', level: 'warn', host: 'h', env: 'prod' } };
		const headers = { 'x-amz-firehose-common-attributes': JSON.stringify(common) };
		expect(entriesAs('firehose', delivery('x', '{"message":"y","env":"own"}'), { headers })).toMatchObject([
			{ service: 'shop', severity: 13, host: 'h', attributes: { env: 'prod' } },
			{ service: 'shop', attributes: { env: 'own', env_2: 'prod' } }
		]);
		for (const wrong of ['', '{', '7', '{"commonAttributes":7}'])
			expect(
				entriesAs('firehose', delivery('x'), { headers: { 'x-amz-firehose-common-attributes': wrong } })
			).toHaveLength(1);
	});

	it('without content is rejected, and costs no other', () => {
		const body = JSON.stringify({ requestId: 'r', records: [null, { data: 7 }, { data: 'eA==' }] });
		expect(receivedAs('firehose', body).report).toMatchObject({ accepted: 1, rejected: 2 });
	});
});

describe('hostile deliveries', () => {
	it('are bounded: records that together are larger than a body are refused', () => {
		const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, 'x'));
		expect(decodeAs('firehose', delivery(bomb, bomb))).toMatchObject({
			status: 400,
			detail: expect.stringContaining('64 MiB')
		});
	});

	it('with broken compression are refused', () => {
		const cut = gzipSync('hello hello hello').subarray(0, -9);
		expect(decodeAs('firehose', delivery(cut))).toMatchObject({ status: 400 });
		expect(decodeAs('firehose', delivery(Buffer.from([0x1f, 0x8b])))).toMatchObject({ status: 400 });
	});

	it.each(['', '[]', '{}', '{"records":7}', '{'])('that are none are refused: %s', (body) => {
		expect(decodeAs('firehose', body)).toMatchObject({ status: 400 });
	});
});

it('the answer has the id of the request and a time, and an error besides if there is one', async () => {
	const asked = {
		method: 'POST',
		headers: new Headers({ 'x-amz-firehose-request-id': 'r-1' }),
		parameters: {}
	};
	const timestamp = expect.any(Number) as number;
	const fine = firehose.answer({ accepted: 1, rejected: 0 }, asked, { requestId: 'r-1' });
	expect([fine.status, await fine.json()]).toEqual([200, { requestId: 'r-1', timestamp }]);
	const refused = firehose.refuse({ status: 429, detail: 'later' }, asked);
	expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
	expect(await refused.json()).toEqual({ requestId: 'r-1', timestamp, errorMessage: 'later' });
});
