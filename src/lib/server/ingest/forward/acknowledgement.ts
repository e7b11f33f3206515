import { encode } from '@msgpack/msgpack';

/** Tells a sender that its chunk is stored. */
export const acknowledgement = (chunk: string): Uint8Array => encode({ ack: chunk });
