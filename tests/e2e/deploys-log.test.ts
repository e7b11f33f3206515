import { expect, test, type DeployPage } from './deploy-page.ts';

const script = '<script>window.broken = 1</script><img src="/nowhere" onerror="window.broken = 1">';

async function expectText(deploy: DeployPage, line: number): Promise<void> {
	await expect(deploy.text(line)).toHaveText(script);
	await expect(deploy.log.locator('img, script')).toHaveCount(0);
	expect(await deploy.page.evaluate(() => 'broken' in window)).toBe(false);
}

test('what looks like HTML is text: as it comes, in colour, found by the search and after a reload', async ({
	deploy,
	start
}) => {
	const running = await start();
	await deploy.follow(running);
	await running.write(`${script}\n\x1b[32m${script}\x1b[0m\n`);
	await expectText(deploy, 1);
	await expectText(deploy, 2);
	await deploy.search.fill('<img');
	await deploy.search.press('Enter');
	await expect(deploy.text(1).locator('mark')).toHaveText('<img');
	await expectText(deploy, 1);
	await deploy.open(running);
	await expectText(deploy, 1);
	await expectText(deploy, 2);
});

test('the colours of a terminal are shown, and its escape sequences are not', async ({ deploy, start }) => {
	const running = await start();
	await deploy.follow(running);
	await running.write('plain and \x1b[1;31mred');
	await running.write(' alert\x1b[0m and \x1b]0;a title\x07plain\x1b[2K\n');
	await expect(deploy.text(1)).toHaveText('plain and red alert and plain');
	const colour = (element: Element) => getComputedStyle(element).color;
	const red = await deploy.text(1).getByText('red alert').evaluate(colour);
	expect(red).not.toBe(await deploy.text(1).evaluate(colour));
});

test('progress that is written over is shown in its last state', async ({ deploy, start }) => {
	const running = await start();
	await deploy.follow(running);
	await running.write('pulling 1%\rpulling 40%');
	await expect(deploy.text(1)).toHaveText('pulling 40%');
	await running.write('\rpulling 100%, done\r\nnext\n');
	await expect(deploy.text(1)).toHaveText('pulling 100%, done');
	await expect(deploy.text(2)).toHaveText('next');
	await running.finish('succeeded');
	await deploy.open(running);
	await expect(deploy.text(1)).toHaveText('pulling 100%, done');
	await expect(deploy.rows).toHaveCount(2);
});

test('a line of 5 MB does not hold the page up, as it comes and after a reload', async ({
	deploy,
	start
}) => {
	const expectAnswer = async () => {
		const pressed = await deploy.wrap.getAttribute('aria-pressed');
		await deploy.wrap.click({ timeout: 2000 });
		const other = pressed === 'true' ? 'false' : 'true';
		await expect(deploy.wrap).toHaveAttribute('aria-pressed', other, { timeout: 2000 });
	};
	const running = await start();
	await running.write('before\n');
	await deploy.follow(running);
	for (let mb = 0; mb < 5; mb++) {
		await running.write('x'.repeat(1024 * 1024));
		await expectAnswer();
	}
	await running.write('\nafter\n');
	await expect(deploy.text(3)).toHaveText('after');
	await expect(deploy.row(2)).toContainText('the line goes on in the raw log');
	await expectAnswer();
	await deploy.open(running);
	await expect(deploy.text(3)).toHaveText('after');
	await expect(deploy.row(2)).toContainText('the line goes on in the raw log');
	await expectAnswer();
});

test.describe('in a log of 5,000 lines', () => {
	const needles = [17, 2500, 4990];

	test.beforeEach(async ({ deploy, start }) => {
		const finished = await start();
		const lines = Array.from({ length: 5000 }, (_, i) => `step ${i + 1}`);
		for (const line of needles) lines[line - 1] += ' with a needle';
		await finished.write(`${lines.join('\n')}\n`);
		await finished.finish('succeeded');
		await deploy.open(finished);
		await expect(deploy.row(5000)).toBeInViewport();
	});

	test('an address with a line leads to it, and shift-click makes a range of lines', async ({ deploy }) => {
		const { pathname } = new URL(deploy.page.url());
		await deploy.page.goto('about:blank');
		await deploy.page.goto(`${pathname}#L120`);
		await expect(deploy.row(120)).toBeInViewport();
		await expect(deploy.row(120)).toHaveClass(/\bselected\b/);
		await deploy.number(124).click({ modifiers: ['Shift'] });
		await expect(deploy.page).toHaveURL(`${pathname}#L120-L124`);
		await expect(deploy.log.locator('.selected')).toHaveCount(5);

		await deploy.page.reload();
		await expect(deploy.row(120)).toBeInViewport();
		await expect(deploy.log.locator('.selected')).toHaveCount(5);
		await deploy.number(118).click();
		await expect(deploy.page).toHaveURL(`${pathname}#L118`);
		await deploy.page.keyboard.press('Escape');
		await expect(deploy.page).toHaveURL(pathname);
		await deploy.page.keyboard.press('End');
		await expect(deploy.row(5000)).toBeInViewport();
	});

	test('earlier lines come above those that are read, which stay where they are', async ({ deploy }) => {
		await expect(deploy.rows).toHaveCount(500);
		await deploy.log.focus();
		await deploy.page.keyboard.press('Home');
		await expect(deploy.row(4501)).toBeInViewport();
		await expect(deploy.log).toContainText('4,500 earlier lines');
		const topOf = (line: number) => deploy.row(line).evaluate((row) => row.getBoundingClientRect().top);
		const top = await topOf(4501);
		await deploy.log.getByRole('link', { name: 'show 500 more' }).click();
		await expect(deploy.row(4001)).toBeAttached();
		expect(await topOf(4501)).toBeCloseTo(top, 0);
		await expect(deploy.log).toContainText('4,000 earlier lines');
		await deploy.tip.click();
		await expect(deploy.row(5000)).toBeInViewport();
		await expect(deploy.tip).toBeHidden();
	});

	test('the search goes through the whole log, forwards and back', async ({ deploy }) => {
		const expectAt = async (line: number, count: string) => {
			await expect(deploy.found).toHaveText(count);
			await expect(deploy.row(line)).toBeInViewport();
			await expect(deploy.row(line)).toHaveAttribute('aria-current', 'true');
			await expect(deploy.text(line).locator('mark')).toHaveText('needle');
		};
		await deploy.page.keyboard.press('/');
		await deploy.page.keyboard.type('needle');
		await deploy.page.keyboard.press('Enter');
		await expectAt(4990, '3 of 3');
		await deploy.page.keyboard.press('Enter');
		await expectAt(17, '1 of 3');
		await deploy.page.getByRole('button', { name: /^Next match/ }).click();
		await expectAt(2500, '2 of 3');
		await deploy.page.getByRole('button', { name: /^Previous match/ }).click();
		await expectAt(17, '1 of 3');
		await deploy.search.press('Shift+Enter');
		await expectAt(4990, '3 of 3');
		await deploy.search.fill('no such thing');
		await deploy.search.press('Enter');
		await expect(deploy.found).toHaveText('not found');
		await deploy.search.press('Escape');
		await expect(deploy.found).toHaveText('');
	});
});
