import { moment123, type StructuredShape } from './shape.ts';

/** Access logs as objects. */
export const shapes: StructuredShape[] = [
	[
		'echo',
		{
			time: '2024-05-01T12:00:00.123Z',
			id: '',
			remote_ip: '10.0.0.1',
			method: 'GET',
			uri: '/x',
			status: 500,
			error: ''
		},
		{ level: 'error', time: moment123 }
	],
	[
		'nginx',
		{ request: 'GET / HTTP/1.1', status: '502' },
		{ level: 'error', attributes: { request: 'GET / HTTP/1.1', status: '502' } }
	],
	['Envoy', { method: 'POST', path: '/x', response_code: 404 }, { level: 'warn' }],
	['an access line with a level', { level: 'info', method: 'GET', status: 500 }, { level: 'info' }],
	['an access line that went well', { method: 'GET', status: 200 }, { level: 'info' }],
	['an order', { order: 7, status: 500 }, { level: 'info' }],
	['a payment', { method: 'CARD', status: 500 }, { level: 'info' }]
];
