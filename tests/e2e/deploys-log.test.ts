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
	await running.write(' alert\x1b[0m and \x1b]0;a title\x07plain\x1b[K\n');
	await expect(deploy.text(1)).toHaveText('plain and red alert and plain');
	const colour = (element: Element) => getComputedStyle(element).color;
	const red = await deploy.text(1).getByText('red alert').evaluate(colour);
	expect(red).not.toBe(await deploy.text(1).evaluate(colour));
});

/** What npm, pnpm and docker compose write to a terminal while they work. */
const spinner = Array.from({ length: 300 }, (_, at) => `\x1b[1G\x1b[0K${'⠙⠹⠸⠼'[at % 4]}`).join('');
const frame = (at: number) =>
	[1, 2, 3].map((layer) => `\x1b[2K layer ${layer} \x1b[34m${at}%\x1b[0m\n`).join('');
const redrawn = frame(0) + Array.from({ length: 300 }, (_, at) => `\x1b[3A${frame((at + 1) / 3)}`).join('');

test('redraws end as their final state: as they come, after a reload and from the middle', async ({
	deploy,
	start
}) => {
	const expectFinal = async () => {
		await expect(deploy.rows).toHaveCount(6);
		await expect(deploy.text(1)).toHaveText('added 107 packages');
		for (const layer of [1, 2, 3]) await expect(deploy.text(1 + layer)).toHaveText(` layer ${layer} 100%`);
		await expect(deploy.text(905)).toHaveText('ready');
		await expect(deploy.text(906)).toHaveText('bell');
	};
	const running = await start();
	await deploy.follow(running);
	await running.write(`${spinner}\x1b[1G\x1b[0Kadded 107 packages\n`);
	for (let at = 0; at < redrawn.length; at += 5_000) await running.write(redrawn.slice(at, at + 5_000));
	await running.write('ready\nbe\x07l\0lx\b\x1b[K\n');
	await expectFinal();
	await running.finish('succeeded');
	await deploy.open(running);
	await expectFinal();
	await deploy.open(running, '?line=300#L400');
	await expect(deploy.text(4)).toHaveText(' layer 3 100%');
	await expect(deploy.text(905)).toHaveText('ready');
	await expect(deploy.log).toContainText('1 later line');
	await expect(deploy.row(4)).toHaveClass(/\bselected\b/);
	await deploy.search.fill('layer');
	await deploy.search.press('Enter');
	await expect(deploy.found).toHaveText('1 of 3');
});

test('a colour goes on in the next line, also where the page begins in the middle', async ({
	deploy,
	start
}) => {
	const running = await start();
	await running.write('plain\n\x1b[31m');
	await running.flood('red', 900);
	await running.finish('succeeded');
	await deploy.open(running);
	const red = deploy.text(900).locator('.ansi-red-fg');
	await expect(red).toHaveText('red 899');
	await deploy.open(running, '?line=700');
	await expect(deploy.text(700).locator('.ansi-red-fg')).toHaveText('red 699');
});

test('links are links, when they lead to the web', async ({ deploy, start }) => {
	const running = await start();
	await deploy.follow(running);
	await running.write(
		'see https://example.com/a(b)?c=1. Now\n' +
			'\x1b]8;;https://example.com/run/7\x1b\\run \x1b[1m7\x1b[0m\x1b]8;;\x1b\\ done\n' +
			'\x1b]8;;javascript:alert(1)\x07never\x1b]8;;\x07 javascript:alert(1) file:///etc/passwd\n' +
			'\x1b]0;a title without an end\nnext\n'
	);
	const link = deploy.text(1).getByRole('link');
	await expect(link).toHaveText('https://example.com/a(b)?c=1');
	await expect(link).toHaveAttribute('href', 'https://example.com/a(b)?c=1');
	await expect(link).toHaveAttribute('rel', /noopener noreferrer/);
	await expect(link).toHaveAttribute('target', '_blank');
	await expect(deploy.text(2).getByRole('link')).toHaveText(['run ', '7']);
	for (const part of await deploy.text(2).getByRole('link').all())
		await expect(part).toHaveAttribute('href', 'https://example.com/run/7');
	await expect(deploy.text(3)).toHaveText('never javascript:alert(1) file:///etc/passwd');
	await expect(deploy.text(3).getByRole('link')).toHaveCount(0);
	await expect(deploy.text(4)).toHaveText('0;a title without an end');
	await expect(deploy.text(5)).toHaveText('next');
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
	await expect(deploy.row(2)).toContainText('continues in the raw log');
	await expectAnswer();
	await deploy.open(running);
	await expect(deploy.text(3)).toHaveText('after');
	await expect(deploy.row(2)).toContainText('continues in the raw log');
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

	test('copying takes all of it, or the selected lines, and says so', async ({ deploy, context }) => {
		await context.grantPermissions(['clipboard-read', 'clipboard-write']);
		const copied = () => deploy.page.evaluate(() => navigator.clipboard.readText());
		await deploy.page.getByRole('button', { name: 'Copy all' }).click();
		await expect(deploy.page.getByRole('button', { name: 'Copied' })).toBeVisible();
		expect((await copied()).split('\n')).toHaveLength(5000);
		await deploy.number(4998).click();
		await deploy.number(5000).click({ modifiers: ['Shift'] });
		await deploy.page.getByRole('button', { name: 'Copy lines' }).click();
		await expect.poll(copied).toBe('step 4998\nstep 4999\nstep 5000');
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
		await expect(deploy.found).toHaveText('no matches');
		await deploy.search.press('Escape');
		await expect(deploy.found).toHaveText('');
	});
});
