import type { Reason } from '$server/sockets/counts';
import type { OpenListener } from '../../socket-shippers';
import type { Report } from '$server/sockets/sockets';

/** What each reason means to someone who looks for lines. `{n}` is how many. */
const words: Record<Reason, string> = {
	full: 'arrived faster than they could be stored',
	unread: "arrived while the system's receive buffer was full",
	address: 'came from an address that is not allowed',
	organization: 'were for an organization that does not exist',
	suspended: 'arrived while the organization was suspended',
	key: 'had no valid key',
	malformed: 'could not be read',
	incomplete: 'were missing parts',
	cut: 'were too long, and cut',
	connections: 'were connections beyond the limit',
	refused: 'were refused by the database',
	stopped: 'were still waiting when the server stopped'
};

/** The listeners of an organization, for a page. One where lines bring their keys is everyone's: it shows what your keys sent. */
export function listenersOf(reports: readonly Report[], org: { id: string; slug: string }) {
	return reports
		.filter(({ listener, takenBy }) => {
			return listener.org === null || listener.org === org.slug || takenBy(org.id) > 0;
		})
		.map(({ listener, address, takenBy, dropped }) => ({
			address,
			protocol: names[listener.protocol],
			isShared: listener.org === null,
			taken: takenBy(org.id),
			dropped:
				listener.org === null ? [] : [...dropped].map(([reason, count]) => ({ count, why: words[reason] }))
		}));
}

/** Those that belong to the organization alone, for the configuration of its senders. */
export function openListenersOf(reports: readonly Report[], org: { slug: string }): OpenListener[] {
	return reports
		.filter(({ listener }) => listener.org === org.slug)
		.map(({ listener, address }) => ({
			protocol: listener.protocol,
			transport: listener.transport,
			port: Number(/\d+$/.exec(address)?.[0]),
			hasSecret: listener.secret !== null
		}));
}

const names = { syslog: 'syslog', gelf: 'GELF', forward: 'Fluentd forward' };
