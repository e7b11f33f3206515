import type { NewEntry } from '../../../log/entry.ts';
import { unpack } from '../frames.ts';
import type { Decoded, Sending } from '../protocols/decoded.ts';
import * as repair from '../repair.ts';
import { entry } from './syslog.ts';

/** Decodes frames of a syslog listener (frames.ts). Its parameters are `service` and `zone`. */
export function decode(sending: Sending): Decoded {
	return { items: items(sending) };
}

function* items({ bytes, parameters, now, readsText }: Sending): Generator<NewEntry | string> {
	const clock = { zone: parameters.zone ?? 'UTC', now };
	const service = parameters.service ?? null;
	for (const { from, bytes: frame } of unpack(bytes)) {
		const item = entry(frame, repair.fallback({ service, host: from }, { readsText }), clock);
		if (item !== null) yield item;
	}
}
