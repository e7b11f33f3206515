import { expect } from 'vitest';

/** Expects a problem document with this status that says what to do, and returns it. */
export async function expectProblem(response: Response, status: number): Promise<Record<string, unknown>> {
	const body = (await response.json()) as Record<string, unknown>;
	expect({ status: response.status, body }).toMatchObject({
		status,
		body: { status, detail: expect.any(String) }
	});
	expect(response.headers.get('content-type')).toBe('application/problem+json');
	return body;
}

/** Expects that an invalid body or parameter is refused, and that the answer names it. */
export async function expectRefused(response: Response, name: string): Promise<void> {
	const { detail } = await expectProblem(response, 400);
	expect(detail).toContain(name);
}
