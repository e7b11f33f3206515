import { describe, expect, it } from 'vitest';
import { entry as read } from '../../../../../tests/support/logs/repairing.ts';
import * as repair from '../repair.ts';

describe('the service', () => {
	it.each([
		[{ 'service.name': 'a', service: 'b' }, 'a'],
		[{ service_name: 'a', service: 'b' }, 'a'],
		[{ service: 'a', app: 'b' }, 'a'],
		[{ app_name: 'a', name: 'b', container: 'c' }, 'a'],
		[{ name: 'a', container_name: 'b' }, 'a'],
		[{ name: 5, container_name: 'b' }, 'b'],
		[{ component: 'a', job: 'b' }, 'a'],
		[{ 'service.name': 'unknown_service:node', 'k8s.deployment.name': 'a' }, 'a'],
		[{ 'service.name': 'unknown_service:node' }, 'unknown_service:node'],
		[{ name: 'x', 'k8s.pod.name': 'api-5d4f8c7b9d-x2x5z' }, 'api']
	])('of %j is %s', (fields, service) => {
		expect(read({ message: 'x', ...fields }).service).toBe(service);
	});

	it('that a request gives goes before names that often mean something else, which stay attributes', () => {
		const web = repair.fallback({ service: 'web' });
		for (const name of ['name', 'component', 'job']) {
			expect(read({ message: 'x', [name]: 'bob' }, web)).toMatchObject({
				service: 'web',
				attributes: { [name]: 'bob' }
			});
			expect(read({ message: 'x', [name]: 'bob' })).toMatchObject({
				service: 'bob',
				attributes: { [name]: 'bob' }
			});
		}
		expect(read({ message: 'x', app: 'shop' }, web)).toMatchObject({ service: 'shop', attributes: {} });
	});

	const labels = { 'app.kubernetes.io/name': 'shop' };
	it.each([
		[{ pod_name: 'shop-5d4f8c7b9d-x2x5z', namespace_name: 'n', labels, host: 'node-1' }, 'shop'],
		[{ pod_name: 'p', annotations: { 'resource.opentelemetry.io/service.name': 'a' }, labels }, 'a'],
		[{ pod_name: 'p', labels: { ...labels, 'app.kubernetes.io/instance': 'shop-eu' } }, 'shop-eu'],
		[{ pod_name: 'db-0', namespace_name: 'n' }, 'db'],
		[{ pod: { name: 'p' }, deployment: { name: 'shop' } }, 'shop'],
		[{ container_name: 'c' }, 'c']
	])('of a Kubernetes object %j is %s', (object, service) => {
		expect(read({ log: 'x', kubernetes: object }).service).toBe(service);
	});

	it.each([
		[
			'Fluent Bit',
			{ pod_name: 'p', namespace_name: 'n', container_name: 'c', host: 'h', labels: { app: 'a' } }
		],
		[
			'Vector',
			{ pod_name: 'p', pod_namespace: 'n', container_name: 'c', pod_node_name: 'h', pod_labels: { app: 'a' } }
		],
		[
			'Filebeat',
			{
				pod: { name: 'p' },
				namespace: 'n',
				container: { name: 'c' },
				node: { name: 'h' },
				labels: { app: 'a' }
			}
		]
	])('and the host of an object of %s leave it as k8s.* attributes', (_of, object) => {
		expect(read({ message: 'x', kubernetes: object })).toMatchObject({ service: 'a', host: 'h' });
		const { attributes } = read({ message: 'x', kubernetes: object });
		expect(attributes).toEqual({
			'k8s.pod.name': 'p',
			'k8s.namespace.name': 'n',
			'k8s.container.name': 'c',
			'k8s.node.name': 'h',
			'k8s.pod.label.app': 'a'
		});
	});
});
