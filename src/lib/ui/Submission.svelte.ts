import type { SubmitFunction } from '@sveltejs/kit';
import { refusalIn } from './refusal.ts';

/** How long a form waits for its answer, in ms: longer than anything takes that a form asks for. */
const patience = 30_000;

const noAnswer =
	'Tailrace did not answer within 30 seconds. What you asked for may still have been done: reload the page to see.';

/**
 * A form on its way to the server, for `use:enhance`. What is answered is always told: a page's own answer as its `form`, and
 * everything else, also none, as `refused`, with the form left as it was typed.
 */
export class Submission {
	isSubmitting = $state(false);
	/** Why there is no answer of the page's own. */
	refused = $state<string | null>(null);
	readonly #reset: () => boolean;

	/** `reset`: whether what was typed is cleared once it is done. */
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
