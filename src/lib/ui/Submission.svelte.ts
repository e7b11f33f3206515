import type { SubmitFunction } from '@sveltejs/kit';
import { refusalIn } from './refusal.ts';

/** How long a form waits for its answer, in ms: longer than any form's work takes. */
const patience = 30_000;

const noAnswer =
	'Tailrace did not answer within 30 seconds. What you asked for may still have been done: reload the page to see.';

/**
 * A form on its way to the server, for `use:enhance`. Every answer is shown: a page's own as its `form`, and everything else,
 * even none, as `refused`, with the input left as typed.
 */
export class Submission {
	isSubmitting = $state(false);
	/** Why the page itself gave no answer. */
	refused = $state<string | null>(null);
	readonly #reset: () => boolean;

	/** `reset`: whether the input is cleared once it is done. */
	constructor(reset = () => false) {
		this.#reset = reset;
	}

	readonly enhance: SubmitFunction = ({ controller }) => {
		this.isSubmitting = true;
		const late = setTimeout(() => {
			this.#end(noAnswer);
			controller.abort();
		}, patience);

		return async ({ result, formElement, update }) => {
			clearTimeout(late);
			const refused = refusalIn(result);
			if (refused === null) await update({ reset: this.#reset() });
			this.#end(refused);
			formElement.querySelector<HTMLElement>('[aria-invalid]')?.focus();
		};
	};

	#end(refused: string | null): void {
		this.refused = refused;
		this.isSubmitting = false;
	}
}
