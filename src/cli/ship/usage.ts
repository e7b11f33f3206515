import * as server from '../delivery/server.ts';

export const usage = `Usage: tailrace ship FILE… --service NAME [options]
       COMMAND | tailrace ship - --service NAME [options]
       tailrace ship --journald | --docker | --kubernetes [options]

Sends log files to Tailrace as they grow, and goes on where it was when it is started again. Quote a pattern, such as
'/var/log/app/*.log', so that files that come later are found, too. With - it sends stdin, and passes it through to stdout.

A line that is a JSON object becomes an entry with its fields; any other line becomes a message, and the lines of a stack trace
become one. While the server can't be reached, reading waits. The exit status is 1 if anything was not delivered.

  --service NAME        the service the lines belong to (default for containers and the journal: their own)
  --level LEVEL         the level of lines that have none: trace, debug, info, warn, error or fatal
  --host NAME           the host of lines that have none (default: this machine's name)
  --label NAME=VALUE    an attribute for all lines; may be repeated
  --journald            the system's journal (as journalctl prints it)
  --docker              all containers of Docker, from /var/lib/docker/containers or TAILRACE_DOCKER_LOGS
  --kubernetes          all containers of this node, from /var/log/containers or TAILRACE_KUBERNETES_LOGS
  --from beginning|end  where to begin at the first start (default: beginning)
  --exclude PATTERN     files to leave out, by name or by path; may be repeated
  --state DIR           where to keep how far everything was sent (default: STATE_DIRECTORY or ~/.local/state/tailrace)
  --once                send what is there now, then exit
${server.usageFor('write')}
`;
