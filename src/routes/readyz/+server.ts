import { json } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

/** Whether requests can be served now; 503 names what is missing. */
export const GET: RequestHandler = async ({ locals: { app } }) => {
	const reasons = await app.faults();
	const headers = { 'cache-control': 'no-store' };
	if (reasons.length > 0) return json({ ready: false, reasons }, { status: 503, headers });
	return json({ ready: true }, { headers });
};
