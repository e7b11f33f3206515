/** A piece of what came over a socket, and the address that it came from. */
export interface Frame {
	from: string;
	bytes: Buffer;
}

/** What a frame takes besides its bytes and its address. */
const header = 5;

/** Frames as one piece of bytes, so that a thread can get them without a copy of each. `from` is an address, 255 bytes at most. */
export function pack(frames: readonly Frame[]): Buffer {
	let size = 0;
	for (const { from, bytes } of frames) size += header + from.length + bytes.length;
	const packed = Buffer.allocUnsafeSlow(size);
	let at = 0;
	for (const { from, bytes } of frames) {
		at = packed.writeUInt8(from.length, at);
		at += packed.write(from, at, 'latin1');
		at = packed.writeUInt32LE(bytes.length, at);
		at += bytes.copy(packed, at);
	}
	return packed;
}

/** The frames of such a piece. */
export function* unpack(packed: Buffer): Generator<Frame> {
	for (let at = 0; at < packed.length;) {
		const named = at + 1 + packed.readUInt8(at);
		const from = packed.toString('latin1', at + 1, named);
		const start = named + 4;
		at = start + packed.readUInt32LE(named);
		yield { from, bytes: packed.subarray(start, at) };
	}
}
