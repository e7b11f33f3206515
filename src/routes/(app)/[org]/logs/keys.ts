/** What single keys do on the Logs page. LogsHelp.svelte lists them. */
import { tick } from 'svelte';
import type { Preferences } from '$live/Preferences.svelte.ts';
import type { Keys } from '$ui/keys.ts';
import type LogList from './LogList.svelte';
import type Toolbar from './Toolbar.svelte';
import type { View } from './View.svelte.ts';

/** The parts of the page that keys reach; what is not on the screen is undefined. */
export interface Parts {
	view: View;
	preferences: Preferences;
	toolbar(): Toolbar | undefined;
	list(): LogList | undefined;
	help(): void;
}

/** Goes to the line before or after, which comes into view. */
export async function move({ view, list }: Parts, by: 1 | -1): Promise<void> {
	view.opened.move(by);
	await tick();
	list()?.show('nearest');
}

export function of(parts: Parts): Keys {
	const { view, preferences, toolbar, list, help } = parts;
	const { opened, history } = view;

	function foldSelected(isFolded: boolean) {
		view.fold(opened.selected, isFolded);
		list()?.show('nearest');
	}

	return {
		'/': () => toolbar()?.focus(),
		t: () => toolbar()?.chooseTime(),
		j: () => void move(parts, 1),
		k: () => void move(parts, -1),
		Enter: () => opened.openSelected(),
		ArrowRight: () => foldSelected(false),
		ArrowLeft: () => foldSelected(true),
		c: () => void view.toggleContext(),
		f: () => preferences.toggleFields(),
		Escape: () => (opened.seq === null ? void view.leaveContext() : opened.close()),
		End: () => (history ? void history.newest() : view.reading.follow.resume()),
		'?': help
	};
}
