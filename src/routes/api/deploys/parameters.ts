import * as v from 'valibot';
import { age } from './ages';

const text = (name: string, most: number) => {
	const message = `${name} takes a text of up to ${most.toLocaleString('en')} characters.`;
	return v.pipe(v.string(message), v.trim(), v.maxLength(most, message));
};
const optional = (name: string, most = 1_000) =>
	v.pipe(
		v.nullish(text(name, most), null),
		v.transform((value) => value || null)
	);

const commit = v.object(
	{
		sha: optional('commit.sha', 256),
		branch: optional('commit.branch'),
		message: optional('commit.message', 10_000),
		author: optional('commit.author'),
		url: optional('commit.url', 4_000)
	},
	'commit takes an object: sha, branch, message, author, url.'
);

/** The body of POST /api/deploys. */
export const newDeploy = v.object(
	{
		service: v.pipe(
			v.string('Name the service: {"service": "web"}.'),
			v.trim(),
			v.minLength(1, 'Name the service: {"service": "web"}.'),
			v.maxLength(256, 'service takes up to 256 characters.')
		),
		environment: optional('environment', 256),
		version: optional('version', 256),
		commit: v.nullish(commit, null),
		url: optional('url', 4_000),
		age_ms: age
	},
	'Send a JSON object: {"service": "web"}.'
);

export const idempotencyKey = v.pipe(v.string(), v.minLength(1), v.maxLength(128));

const endings = ['succeeded', 'failed', 'cancelled'] as const;

/** The body of POST /api/deploys/{id}/finish. */
export const finish = v.object(
	{
		status: v.picklist(endings, `status takes ${endings.join(', ')}.`),
		exit_code: v.nullish(
			v.pipe(v.number('exit_code takes a whole number.'), v.integer('exit_code takes a whole number.'))
		),
		size: v.nullish(
			v.pipe(
				v.number('size takes a number of bytes.'),
				v.integer('size takes a number of bytes.'),
				v.minValue(0, 'size takes a number of bytes.')
			)
		),
		age_ms: age
	},
	'Send a JSON object: {"status": "succeeded"}.'
);
