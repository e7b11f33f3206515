import * as bounds from '../bounds.ts';

type Fields = Record<string, unknown>;

/** What a `kubernetes` object is known by: Fluent Bit, Vector, Filebeat. */
const signs = [
	'pod_name',
	'pod',
	'namespace_name',
	'pod_namespace',
	'container_name',
	'container',
	'labels',
	'pod_labels'
];

/** Names of the semantic conventions of OpenTelemetry (k8s, container) for members of Fluent Bit and Vector. */
const names = new Map([
	['pod_name', 'k8s.pod.name'],
	['pod_id', 'k8s.pod.uid'],
	['pod_uid', 'k8s.pod.uid'],
	['pod_ip', 'k8s.pod.ip'],
	['namespace_name', 'k8s.namespace.name'],
	['pod_namespace', 'k8s.namespace.name'],
	['namespace', 'k8s.namespace.name'],
	['container_name', 'k8s.container.name'],
	['host', 'k8s.node.name'],
	['pod_node_name', 'k8s.node.name'],
	['labels', 'k8s.pod.label'],
	['pod_labels', 'k8s.pod.label'],
	['annotations', 'k8s.pod.annotation'],
	['pod_annotations', 'k8s.pod.annotation'],
	['namespace_labels', 'k8s.namespace.label'],
	['namespace_annotations', 'k8s.namespace.annotation'],
	['node_labels', 'k8s.node.label']
]);

/** Whether a value is the object that a shipper adds in Kubernetes. */
export function is(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && signs.some((sign) => Object.hasOwn(value, sign));
}

/** Adds the members to the attributes as `k8s.*`: those within objects (labels, Filebeat's pod and node) each by itself. */
export function flatten(kubernetes: Fields, attributes: Fields): void {
	for (const key in kubernetes) {
		const name = names.get(key) ?? `k8s.${key}`;
		const value = kubernetes[key];
		if (typeof value !== 'object' || value === null || Array.isArray(value))
			bounds.add(attributes, name, value);
		else for (const member in value) bounds.add(attributes, `${name}.${member}`, (value as Fields)[member]);
	}
}

const workloads = ['deployment', 'replicaset', 'statefulset', 'daemonset', 'cronjob', 'job'];

/**
 * The service that the `k8s.*` attributes of an entry name, in the order of the semantic conventions ("service attributes"
 * of Kubernetes): annotation, labels, workload, pod, container. A pod's or replica set's name has generated parts at its
 * end, which are left out, so that a service outlives its pods.
 */
export function service(attributes: Fields): string | null {
	const text = (name: string) => nonEmpty(attributes[name]);
	const label = (name: string) => text(`k8s.pod.label.${name}`);
	const named =
		text('k8s.pod.annotation.resource.opentelemetry.io/service.name') ??
		label('app.kubernetes.io/instance') ??
		label('app.kubernetes.io/name') ??
		label('app') ??
		label('k8s-app');
	if (named !== null) return named;
	for (const kind of workloads) {
		const workload = text(`k8s.${kind}.name`);
		if (workload !== null) return kind === 'replicaset' ? workload.replace(hash, '') : workload;
	}
	const pod = text('k8s.pod.name');
	return pod === null ? text('k8s.container.name') : pod.replace(suffix, '').replace(hash, '');
}

/** The node, which is an entry's host if it names none. */
export function node(attributes: Fields): string | null {
	return nonEmpty(attributes['k8s.node.name']);
}

/** Kubernetes generates names without vowels (apimachinery's util/rand). */
const hash = /-[bcdf-hj-np-tv-xz2456789]{8,10}$/;
/** Behind it, or alone in a daemon set's: five characters; in a stateful set's the number. */
const suffix = /-(?:[bcdf-hj-np-tv-xz2456789]{5}|\d{1,4})$/;

function nonEmpty(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}
