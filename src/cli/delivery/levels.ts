import { levels as all } from '../../lib/log/entry.ts';

/** For people. */
export const levels = `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;

/** Whether `--level` can be this. */
export const isLevel = (text: string) => all.some((level) => level === text.toLowerCase());
