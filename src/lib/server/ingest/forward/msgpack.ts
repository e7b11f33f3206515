import { DecodeError, Decoder, ExtensionCodec } from '@msgpack/msgpack';
import { Malformed } from '../protocols/malformed.ts';

/** Fluentd's time with nanoseconds, extension type 0. */
export class EventTime {
	/** Epoch ms, with a fraction. */
	readonly ms: number;

	constructor(bytes: Uint8Array) {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		this.ms = bytes.byteLength === 8 ? view.getUint32(0) * 1e3 + view.getUint32(4) / 1e6 : NaN;
	}
}

const extensionCodec = new ExtensionCodec();
extensionCodec.register({
	type: 0,
	encode: () => null,
	decode: (bytes) => new EventTime(bytes)
});

const decoder = new Decoder({
	extensionCodec,
	useBigInt64: true,
	// Of the names that there are no others than texts in practice; `__proto__` is refused by the library.
	mapKeyConverter: (key) => (typeof key === 'number' ? key : String(key))
});

/** One value of MessagePack, which must be whole (see scan.ts). Throws Malformed. */
export function decode(bytes: Buffer): unknown {
	try {
		return decoder.decode(bytes);
	} catch (error) {
		if (error instanceof DecodeError || error instanceof RangeError) throw new Malformed(error.message);
		throw error;
	}
}
