import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { Code, ConnectError } from '@connectrpc/connect';
import { compressionGzip } from '@connectrpc/connect-node';

type Compression = typeof compressionGzip;

const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];

/** Zstandard, which OpenTelemetry's collector can send and the library does not have. Bounds and errors are as of its own gzip. */
export const compressionZstd: Compression = {
	name: 'zstd',
	compress: async (bytes) => Uint8Array.from(await compress(bytes)),
	async decompress(bytes, readMaxBytes) {
		if (bytes.length === 0) return new Uint8Array(0);
		try {
			return Uint8Array.from(await decompress(bytes, { maxOutputLength: readMaxBytes }));
		} catch (error) {
			if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
				throw new ConnectError(`the message has more than ${readMaxBytes} bytes`, Code.ResourceExhausted);
			throw new ConnectError('the message is not valid zstd data', Code.InvalidArgument);
		}
	}
};
