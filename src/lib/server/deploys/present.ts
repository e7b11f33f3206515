import type { Deploy as Shown } from '../../log/deploy.ts';
import type { Deploy } from './deploy.ts';

/** A deploy as in API.md: with the path of its page, and while it runs with its duration so far. */
export function present(deploy: Deploy, slug: string): Shown {
	const duration_ms = deploy.duration_ms ?? Date.now() - Date.parse(deploy.started_at);
	return { ...deploy, duration_ms, page: `/${slug}/deploys/${deploy.id}` };
}
