import { expect, type JSHandle, type Locator, type Page } from '@playwright/test';

interface Frame {
	/** In ms. */
	at: number;
	top: number;
	isUnder: boolean;
}

/** A row that is looked at in every frame: where it stands and whether it is under the pointer. */
export class WatchedRow {
	readonly #frames: JSHandle<Frame[]>;

	private constructor(frames: JSHandle<Frame[]>) {
		this.#frames = frames;
	}

	/** Watches the row under a point of the page. */
	static async under(page: Page, rows: string, pointer: { x: number; y: number }): Promise<WatchedRow> {
		const frames = await page.evaluateHandle(
			({ rows, x, y }) => {
				const under = () => document.elementFromPoint(x, y)?.closest(rows);
				const row = under();
				if (!row) throw new Error('No row is under the pointer');
				const frames: Frame[] = [];
				const look = (at: number) => {
					frames.push({ at, top: row.getBoundingClientRect().top, isUnder: under() === row });
					requestAnimationFrame(look);
				};
				requestAnimationFrame(look);
				return frames;
			},
			{ rows, ...pointer }
		);
		return new WatchedRow(frames);
	}

	/** It stood still in each frame since the watch began, which was so long ago at least. */
	async expectStill(ms: number): Promise<void> {
		const frames = await this.#frames.jsonValue();
		const watched = (frames.at(-1)?.at ?? 0) - (frames[0]?.at ?? 0);
		expect(watched, 'ms of watching').toBeGreaterThanOrEqual(ms);
		expect(frames.length, 'frames looked at').toBeGreaterThan(ms / 100);
		expect([...new Set(frames.map(({ top }) => top))], 'where the row stood').toHaveLength(1);
		expect(
			frames.filter(({ isUnder }) => !isUnder),
			'frames with another row under the pointer'
		).toEqual([]);
	}
}

/** The middle of an element that is shown. */
export async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
	const box = await element.boundingBox();
	if (!box) throw new Error('It is not shown');
	return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
