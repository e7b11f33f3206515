import * as aliases from './aliases.ts';
import { nameOf, type Candidate } from './candidates.ts';
import * as kubernetes from './kubernetes.ts';

export interface Service {
	service: string | null;
	/** Whether it is told by a name that often means something else: what the request says goes before it. */
	isHint: boolean;
}

const none: Service = { service: null, isHint: false };
const hints = new Set(['name', 'component', 'job']);
/** Names before this one are services for certain; Kubernetes goes before it and all behind it. */
const firstGuess = aliases.of('name')!.rank;
/** An SDK of OpenTelemetry that was not told its service says this, or this and the program. */
const unknown = 'unknown_service';

/**
 * The service of an entry: what is given, or by its fields in the order of `aliases.ts`, with Kubernetes between.
 * `attributes` are those that may have `k8s.*`; null if none do.
 */
export function choose(
	candidates: Candidate[],
	given: string | null,
	attributes: Record<string, unknown> | null
): Service {
	let best: Candidate | null = null;
	for (const candidate of candidates) {
		if (candidate.alias.role !== 'service') continue;
		const name = nameOf(candidate);
		if (name === null) continue;
		if (given !== null) candidate.isTaken = name === given;
		else if (best === null || order(candidate) < order(best)) best = candidate;
	}
	if (given !== null) return { service: given, isHint: false };
	if (attributes !== null && (best === null || order(best) >= firstGuess)) {
		const name = kubernetes.service(attributes);
		if (name !== null) return { service: name, isHint: false };
	}
	if (best === null) return none;
	best.isTaken = true;
	return { service: nameOf(best), isHint: hints.has(best.alias.name) || isUnknown(best) };
}

const order = (candidate: Candidate) => candidate.alias.rank + (isUnknown(candidate) ? 1000 : 0);

const isUnknown = ({ value }: Candidate) => typeof value === 'string' && value.startsWith(unknown);
