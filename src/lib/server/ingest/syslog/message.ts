import type { Element } from './structured-data.ts';

/** What a syslog message says; null for what it leaves out. */
export interface Message {
	facility: string | null;
	/** 0, an emergency, to 7, debug. */
	level: number | null;
	/** Epoch ms. */
	time: number | null;
	host: string | null;
	service: string | null;
	procid: string | null;
	msgid: string | null;
	elements: Element[];
	message: string;
}

/** A message of which nothing is known but its text. */
export const unknown = (message: string): Message => ({
	facility: null,
	level: null,
	time: null,
	host: null,
	service: null,
	procid: null,
	msgid: null,
	elements: [],
	message
});
