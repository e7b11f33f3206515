import type { RequestHeaders } from '$server/client';

/** What the API reads of a request: SvelteKit's event has it, and so has what Node received (direct.ts). */
export interface Asking {
	request: {
		method: string;
		headers: RequestHeaders;
		body: AsyncIterable<Uint8Array> | null;
		/** Aborted once whoever asks has gone. */
		signal: { readonly aborted: boolean };
	};
	url: URL;
	locals: Pick<App.Locals, 'app' | 'from' | 'user' | 'sessionId'>;
}
