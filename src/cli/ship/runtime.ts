/** How container runtimes write what a container prints: Docker's json-file and the format of the CRI. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Given } from '../delivery/assembly.ts';
import type { Line } from '../delivery/lines.ts';

/** A line as the program printed it, with its stream and its time. What is in neither format stays as it is. */
export function decode(line: Line): Given {
	return fromDocker(line) ?? fromCri(line) ?? { ...line, stream: '', isPart: false };
}

interface DockerLine {
	log: string;
	stream?: string;
	time?: string;
}

/** `{"log":"text\n","stream":"stdout","time":"…"}`: without the line end it is a part. */
function fromDocker(line: Line): Given | null {
	const found = parse(line.text);
	if (!found) return null;
	const isPart = !found.log.endsWith('\n');
	const text = found.log.replace(/\r?\n$/, '');
	return { ...line, text, isPart, stream: String(found.stream ?? ''), time: found.time };
}

function parse(text: string): DockerLine | null {
	if (!text.startsWith('{')) return null;
	try {
		const value = JSON.parse(text) as Partial<DockerLine>;
		return typeof value.log === 'string' ? { ...value, log: value.log } : null;
	} catch {
		return null; // cut by a full disk, for instance: shown as it is
	}
}

/** `time stream P|F text`, where P is a part. Tags may follow the letter (kubelet, CRI logging). */
function fromCri(line: Line): Given | null {
	const found = /^(\d\S*) (stdout|stderr) ([PF])(?::\S*)?(?: |$)/.exec(line.text);
	if (!found) return null;
	const [before, time, stream = '', letter] = found;
	return { ...line, text: line.text.slice(before.length), isPart: letter === 'P', stream, time };
}

/** What is known of a container: its service, and the attributes of its lines. */
export interface Container {
	service: string;
	attributes: Record<string, string>;
}

/** By the name that kubelet gives the file: `pod_namespace_container-id.log`. */
export function kubernetesContainer(path: string): Container | null {
	const found = /^([^_]+)_([^_]+)_(.+)-([0-9a-f]{64})\.log$/.exec(basename(path));
	if (!found) return null;
	const [, pod = '', namespace = '', container = '', id = ''] = found;
	const names = { 'k8s.pod.name': pod, 'k8s.namespace.name': namespace, 'k8s.container.name': container };
	return { service: container, attributes: { ...names, 'container.id': id } };
}

/** By the settings that Docker keeps beside the file. Without them, by its id. */
export function dockerContainer(path: string): Container {
	const id = basename(path).replace(/-json\.log.*$/, '');
	const name = nameOf(join(dirname(path), 'config.v2.json')) ?? id.slice(0, 12);
	return { service: name, attributes: { 'container.name': name, 'container.id': id } };
}

function nameOf(file: string): string | null {
	try {
		const { Name } = JSON.parse(readFileSync(file, 'utf8')) as { Name?: unknown };
		return typeof Name === 'string' && Name !== '' ? Name.replace(/^\//, '') : null;
	} catch {
		return null; // being written, or the container is being removed
	}
}
