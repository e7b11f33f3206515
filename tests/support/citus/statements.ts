import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { distributedTables } from '../../../src/lib/server/postgres/citus.ts';

/** A statement as the sources have it: its parameters and what is put together elsewhere are `$0`. */
export interface Statement {
	file: string;
	sql: string;
}

/** What SQLite gets, what runs before anything is distributed, and what only plain PostgreSQL gets (logs/insert.ts chooses). */
const others = /\/sqlite\/|\.test\.ts$|\/logs\/(rows|insert-at-once)\.ts$/;

const names = distributedTables.join('|');
const isOnOne = new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\\s+"?(?:${names})\\b`);

/** Every statement of the server and the command line on a distributed table, and those of append_logs. */
export function statements(): Statement[] {
	const files = globSync('src/**/*.ts').filter((file) => !others.test(file));
	const inSources = files.flatMap((file) =>
		statementsIn(readFileSync(file, 'utf8')).map((sql) => ({ file, sql }))
	);
	return [...inSources, ...inFunction('append_logs')];
}

/** Those in a source: text in backquotes or quotes that names a distributed table, with what the same file puts into it. */
export function statementsIn(source: string): string[] {
	const root = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
	const parts = new Map<string, ts.Node>();
	const found: string[] = [];

	function learn(node: ts.Node): void {
		if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer)
			parts.set(node.name.text, node.initializer);
		if (ts.isFunctionDeclaration(node) && node.name) {
			const result = node.body?.statements.find(ts.isReturnStatement)?.expression;
			if (result) parts.set(node.name.text, result);
		}
		ts.forEachChild(node, learn);
	}

	function textOf(node: ts.Node, depth = 0): string | null {
		if (ts.isTaggedTemplateExpression(node)) return textOf(node.template, depth);
		if (ts.isStringLiteralLike(node)) return node.text;
		if (!ts.isTemplateExpression(node)) return null;
		const spans = node.templateSpans.map(
			({ expression, literal }) => partOf(expression, depth) + literal.text
		);
		return node.head.text + spans.join('');
	}

	function partOf(expression: ts.Expression, depth: number): string {
		const name = ts.isCallExpression(expression) ? expression.expression : expression;
		const part = ts.isIdentifier(name) && depth < 3 ? parts.get(name.text) : undefined;
		return (part && textOf(part, depth + 1)) ?? '$0';
	}

	function visit(node: ts.Node): void {
		if (ts.isCallExpression(node) && /\.prepare$/.test(node.expression.getText())) return; // SQLite
		const text = textOf(node)?.replaceAll(/\s+/g, ' ').trim();
		if (
			text &&
			isOnOne.test(text) &&
			/^(SELECT|INSERT|UPDATE|DELETE|WITH|COPY|ALTER|CREATE|DROP|TRUNCATE)\b/.test(text)
		)
			found.push(text);
		// The template of a tagged one is the same text.
		if (ts.isTaggedTemplateExpression(node)) ts.forEachChild(node.template, visit);
		else ts.forEachChild(node, visit);
	}

	learn(root);
	visit(root);
	return found;
}

/** The statements of a function in SQL, as the newest migration has it. */
function inFunction(name: string): Statement[] {
	const file = globSync('drizzle/postgres/*.sql')
		.toSorted()
		.findLast((path) => readFileSync(path, 'utf8').includes(`FUNCTION ${name}(`));
	if (file === undefined) throw new Error(`no migration has ${name}`);
	const [, body = ''] = readFileSync(file, 'utf8').split('$$');
	return body
		.replaceAll(/--.*$/gm, '')
		.split(';')
		.map((sql) =>
			sql
				.replace(/^[\s\S]*?\b(?=(SELECT|INSERT|UPDATE|DELETE)\b)/, '')
				.replace(/\bINTO \w+, \w+$/, '')
				.replaceAll(/\s+/g, ' ')
		)
		.filter((sql) => isOnOne.test(sql))
		.map((sql) => ({ file, sql: sql.replaceAll(/\borg\b/g, '$0') }));
}
