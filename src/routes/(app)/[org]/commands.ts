import type { Scope } from '$server/postgres/words';

/** Something to paste into a terminal (or into a program of your own). */
export interface Command {
	title: string;
	/** Its tab beside the others for the first key; commands without one have no tab. */
	tab?: string;
	about: string;
	text: string;
}

/**
 * The commands for a key with these scopes, ready to paste. Without the key itself, which is shown only once, they take it from
 * the environment variable TAILRACE_KEY.
 */
export function commands(origin: string, scopes: readonly Scope[], key: string | null): Command[] {
	const writing = [...byHttp(origin, key), ...byCli(origin, key)];
	const sending = scopes.includes('write') ? writing : [];
	const following = scopes.includes('read') ? reading(origin, key) : [];
	return [...sending, ...following];
}

/** Gets the CLI and streams a deploy with it. */
export function deploying(origin: string, key: string | null): string {
	return `${download(origin)}
${environment(origin, key)}  node tailrace.mjs deploy --service web -- npm run deploy`;
}

function byHttp(origin: string, key: string | null): Command[] {
	const logs = quote(`${origin}/api/logs`);
	return [
		{
			title: 'curl: one line',
			tab: 'curl',
			about: 'JSON, a JSON array, NDJSON or plain text; missing fields are filled in.',
			text: `curl ${logs} \\
  -H ${bearer(key)} \\
  -d '{"level":"info","service":"web","message":"hello, tailrace"}'`
		},
		{
			title: 'Node.js',
			tab: 'Node',
			about: 'In a program of your own, without a library.',
			text: `const response = await fetch(${JSON.stringify(`${origin}/api/logs`)}, {
  method: 'POST',
  headers: {
    authorization: ${key === null ? '`Bearer ${process.env.TAILRACE_KEY}`' : JSON.stringify(`Bearer ${key}`)},
    'content-type': 'application/json'
  },
  body: JSON.stringify({ level: 'info', service: 'web', message: 'hello from Node.js' })
});
console.log(response.status, await response.text());`
		},
		{
			title: 'Python',
			tab: 'Python',
			about: 'In a program of your own, without a library.',
			text: `import json${key === null ? ', os' : ''}, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(`${origin}/api/logs`)},
    data=json.dumps({"level": "info", "service": "web", "message": "hello from Python"}).encode(),
    headers={
        "Authorization": ${key === null ? '"Bearer " + os.environ["TAILRACE_KEY"]' : JSON.stringify(`Bearer ${key}`)},
        "Content-Type": "application/json",
    },
)
print(urllib.request.urlopen(request).read().decode())`
		}
	];
}

function byCli(origin: string, key: string | null): Command[] {
	return [
		{
			title: 'Docker',
			tab: 'Docker',
			about: 'What a container prints, each line as it comes. Needs Node 20 or newer on the machine.',
			text: `${download(origin)}
docker logs --follow --tail 20 my-container 2>&1 | ${environment(origin, key)}  node tailrace.mjs pipe --service web`
		},
		{
			title: 'The CLI: what a program prints',
			tab: 'CLI',
			about:
				'Each line as it comes, on any machine with Node 20 or newer. Output still appears where it did.',
			text: `${download(origin)}
your-program 2>&1 | ${environment(origin, key)}  node tailrace.mjs pipe --service web`
		},
		{
			title: 'The CLI: log files',
			about:
				'Each file as it grows, through rotation and restarts, on any machine with Node 20 or newer. Also --docker, --kubernetes and --journald.',
			text: `${download(origin)}
${environment(origin, key)}  node tailrace.mjs ship '/var/log/nginx/*.log' --service nginx`
		},
		{
			title: 'The CLI: stream a deploy',
			about: 'Before the command that you deploy with, on any machine with Node 20 or newer.',
			text: deploying(origin, key)
		}
	];
}

function reading(origin: string, key: string | null): Command[] {
	return [
		{
			title: 'curl: follow',
			about: 'The last 20 lines, then every new one as it comes. Ctrl+C ends it.',
			text: `curl -N ${quote(`${origin}/api/logs/stream?tail=20`)} \\
  -H ${bearer(key)} \\
  -H 'Accept: text/plain'`
		}
	];
}

const download = (origin: string) => `curl -fsSL ${quote(`${origin}/cli.mjs`)} -o tailrace.mjs`;

/** The CLI's variables, before its name, each on a line of its own. */
const environment = (origin: string, key: string | null) =>
	[`TAILRACE_URL=${quote(origin)} \\\n`, key === null ? '' : `  TAILRACE_KEY=${quote(key)} \\\n`].join('');

const bearer = (key: string | null) =>
	key === null ? '"Authorization: Bearer $TAILRACE_KEY"' : quote(`Authorization: Bearer ${key}`);

/** A text as one word of a POSIX shell, whatever is in it. */
export function quote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
