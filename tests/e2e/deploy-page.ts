import { expect, type Locator, type Page } from '@playwright/test';
import { signIn, test as base } from './fixtures.ts';
import { RunningDeploy, type Asked } from './running-deploy.ts';

interface DeployFixtures {
	/** Begins a deploy in the test's organization. */
	start: (asked?: Asked) => Promise<RunningDeploy>;
	/** The page of a deploy, not opened yet, in a browser where the organization's owner is signed in. */
	deploy: DeployPage;
}

export const test = base.extend<DeployFixtures>({
	start: async ({ server, org }, use) => use((asked) => RunningDeploy.start(server, org, asked)),

	deploy: async ({ page, context, org }, use) => {
		await signIn(context.request, org);
		await use(new DeployPage(page, org.slug));
	}
});

export { expect };

/** What a reader sees and presses on the page of a deploy. */
export class DeployPage {
	readonly page: Page;
	/** How the deploy goes, at the top. */
	readonly status: Locator;
	readonly log: Locator;
	readonly rows: Locator;
	/** What the stream is doing, at the edge of the page. */
	readonly stream: Locator;
	/** The way back to the newest lines. */
	readonly tip: Locator;
	readonly search: Locator;
	/** What the search found, beside its box. */
	readonly found: Locator;
	readonly wrap: Locator;
	readonly icon: Locator;
	/** Each stream of a deploy that the page has asked for. */
	readonly streams: string[] = [];
	readonly #list: string;

	/** `origin` is for another server than the worker's. */
	constructor(page: Page, slug: string, origin = '') {
		this.page = page;
		this.#list = `${origin}/${slug}/deploys`;
		this.log = page.getByRole('log', { name: /^Log of / });
		this.rows = this.log.locator('[data-line]');
		this.status = page.locator('header [data-status]');
		this.stream = page.locator('[data-stream]');
		this.tip = page.getByRole('button', { name: /new lines?|Resume live|Go to the end/ });
		this.search = page.getByRole('textbox', { name: 'Search this log' });
		this.found = page.getByRole('search').getByRole('status');
		this.wrap = page.getByRole('button', { name: 'Wrap' });
		this.icon = page.locator('link[rel="icon"]').last();
		page.on('request', (request) => {
			const { pathname } = new URL(request.url());
			if (/^\/api\/deploys\/[^/]+\/stream$/.test(pathname)) this.streams.push(pathname);
		});
	}

	/** Opens the list of deploys. */
	async openList(query = ''): Promise<void> {
		await this.page.goto(this.#list + query);
	}

	/** Opens the page of a deploy and waits until it answers; `place` is a query or a fragment. */
	async open({ id }: RunningDeploy, place = ''): Promise<void> {
		await this.page.goto(`${this.#list}/${id}${place}`);
		await expect(this.search).toBeEnabled();
	}

	/** Opens the page of a running deploy and waits until its stream is open. */
	async follow(deploy: RunningDeploy): Promise<void> {
		await this.open(deploy);
		await expect(this.stream).toHaveAttribute('data-stream', 'live');
	}

	row(line: number): Locator {
		return this.log.locator(`[data-line="${line}"]`);
	}

	/** What a line says. */
	text(line: number): Locator {
		return this.row(line).locator('.text');
	}

	number(line: number): Locator {
		return this.row(line).getByRole('link', { name: `Line ${line}`, exact: true });
	}

	/** A deploy in the list. */
	item({ id }: RunningDeploy): Locator {
		return this.page.locator(`[data-deploy="${id}"]`);
	}
}
