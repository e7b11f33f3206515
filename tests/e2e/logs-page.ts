import { expect, type Locator, type Page } from '@playwright/test';

export interface Shown {
	seq: number;
	text: string;
}

/** What a reader sees and presses on the Logs page. */
export class LogsPage {
	readonly page: Page;
	readonly list: Locator;
	readonly rows: Locator;
	/** What the stream is doing, at the edge of the page. */
	readonly status: Locator;
	/** The way back to the newest lines. */
	readonly tip: Locator;
	/** The one control for time: it says Live, or the period. */
	readonly time: Locator;
	/** Where the search of a past period stands. */
	readonly search: Locator;
	readonly query: Locator;
	readonly entry: Locator;
	readonly #address: string;

	/** `origin` is for another server than the worker's. */
	constructor(page: Page, slug: string, origin = '') {
		this.page = page;
		this.#address = `${origin}/${slug}/logs`;
		this.list = page.getByRole('log', { name: 'Log lines' });
		this.rows = this.list.locator('[data-seq]');
		this.status = page.locator('[data-stream]');
		this.tip = page.getByRole('button', { name: /new lines?|Resume live|Go to the end/ });
		this.time = page.getByRole('button', { name: /^Time: / });
		this.search = page.locator('[data-search]');
		this.query = page.getByRole('combobox', { name: 'Query' });
		this.entry = page.getByRole('complementary', { name: /^Line \d/ });
	}

	/** Opens the page and waits until its stream is open. */
	async open(query = ''): Promise<void> {
		await this.page.goto(`${this.#address}${query && `?q=${encodeURIComponent(query)}`}`);
		await this.is('live');
	}

	/** Opens a past period and waits until it has been searched. */
	async openPeriod(parameters: Record<string, string>): Promise<void> {
		await this.page.goto(`${this.#address}?${new URLSearchParams(parameters)}`);
		await this.isSearched();
	}

	async isSearched(): Promise<void> {
		await expect(this.search).toHaveAttribute('data-search', 'done');
	}

	/** Opens the menu of what is needed less often. */
	async openMore(): Promise<Locator> {
		await this.page.getByRole('button', { name: 'More', exact: true }).click();
		return this.page.getByRole('menu', { name: 'More' });
	}

	/** Turns one of its choices on, or off. */
	async toggle(choice: 'Wrap' | 'UTC' | 'Attributes' | 'Fields'): Promise<void> {
		const menu = await this.openMore();
		await menu.getByRole('menuitemcheckbox', { name: choice }).click();
		await expect(menu).toBeHidden();
	}

	/** Types a time, as a reader does from anywhere on the page. */
	async typeTime(text: string): Promise<void> {
		await this.page.keyboard.press('t');
		await expect(this.page.getByRole('textbox', { name: 'Time or range' })).toBeFocused();
		await this.page.keyboard.type(text);
	}

	async is(
		state: 'live' | 'paused' | 'waiting' | 'reconnecting' | 'offline' | 'ended',
		timeout?: number
	): Promise<void> {
		await expect(this.status).toHaveAttribute('data-stream', state, timeout === undefined ? {} : { timeout });
	}

	/** Turns to another tab, or back to this one, as far as the page can tell. */
	async turn(to: 'hidden' | 'shown'): Promise<void> {
		await this.page.evaluate((hidden) => {
			Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
			document.dispatchEvent(new Event('visibilitychange'));
		}, to === 'hidden');
	}

	/** The row of a line that says this and no more. */
	row(message: string): Locator {
		return this.rows.filter({ has: this.page.getByText(message, { exact: true }) });
	}

	/** The row of a line by its number. */
	line(seq: number): Locator {
		return this.list.locator(`[data-seq="${seq}"]`);
	}

	/** What stands on the page now, from top to bottom. */
	shown(): Promise<Shown[]> {
		return this.list.evaluate((list) =>
			[...list.querySelectorAll<HTMLElement>('[data-seq]')].map((row) => ({
				seq: Number(row.dataset.seq),
				text: row.querySelector('.message')?.textContent ?? ''
			}))
		);
	}

	/** The lines in view, also in part, and where the first of them stands, in pixels from the top of the list. */
	inView(): Promise<{ seqs: number[]; top: number }> {
		return this.list.evaluate((list) => {
			const { top, bottom } = list.getBoundingClientRect();
			const rows = [...list.querySelectorAll<HTMLElement>('[data-seq]')].filter((row) => {
				const box = row.getBoundingClientRect();
				return box.bottom > top && box.top < bottom;
			});
			return {
				seqs: rows.map((row) => Number(row.dataset.seq)),
				top: (rows[0]?.getBoundingClientRect().top ?? 0) - top
			};
		});
	}

	/** The wheel may move the list over several frames. */
	scrollEnds(): Promise<void> {
		return this.list.evaluate(async (list) => {
			const frame = () => new Promise(requestAnimationFrame);
			for (let top = NaN; top !== list.scrollTop; await frame()) {
				top = list.scrollTop;
				await frame();
			}
		});
	}

	/** Goes up by so many pixels with the wheel, over the middle of the list, and resolves with where the pointer is. */
	async wheelUp(pixels: number): Promise<{ x: number; y: number }> {
		const box = await this.list.boundingBox();
		if (!box) throw new Error('The list is not shown');
		const pointer = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
		const before = await this.list.evaluate((list) => list.scrollTop);
		await this.page.mouse.move(pointer.x, pointer.y);
		await this.page.mouse.wheel(0, -pixels);
		await expect.poll(() => this.list.evaluate((list) => list.scrollTop)).toBe(before - pixels);
		return pointer;
	}
}
