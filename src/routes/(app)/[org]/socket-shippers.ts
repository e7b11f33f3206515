import type { Shipper } from './shippers.ts';

/** A listener of the organization that its senders need no key for. */
export interface OpenListener {
	protocol: 'syslog' | 'gelf' | 'forward';
	transport: 'udp' | 'tcp' | 'tls';
	port: number;
	/** Whether clients of forward must know a secret, which only the operator has. */
	hasSecret: boolean;
}

/** The few lines of configuration for clients that send to a listener of the organization; `origin` has the server's host. */
export function socketShippers(origin: string, listeners: readonly OpenListener[]): Shipper[] {
	const { hostname } = new URL(origin);
	const all = listeners.flatMap((listener) => of[listener.protocol](hostname, listener));
	// Two listeners of one kind differ in their ports alone.
	return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}

const of: Record<OpenListener['protocol'], (host: string, listener: OpenListener) => Shipper[]> = {
	syslog(host, { transport, port }) {
		if (transport === 'udp')
			return [
				{
					name: 'logger (syslog over UDP)',
					where: 'a terminal',
					text: `logger --server ${host} --port ${port} --udp --rfc5424 'hello, tailrace'`
				}
			];
		const tls =
			transport === 'tls'
				? '\n  StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name"'
				: '';
		const over = `syslog over ${transport.toUpperCase()}`;
		return [
			{
				name: `rsyslog (${over})`,
				where: '/etc/rsyslog.d/tailrace.conf',
				text: `*.* action(type="omfwd" target="${host}" port="${port}" protocol="tcp"${tls}
  template="RSYSLOG_SyslogProtocol23Format" TCP_Framing="octet-counted"
  queue.type="LinkedList" action.resumeRetryCount="-1")`
			},
			{
				name: `syslog-ng (${over})`,
				where: '/etc/syslog-ng/conf.d/tailrace.conf',
				text: `destination d_tailrace { syslog("${host}" port(${port}) transport("${transport}")); };
log { source(s_src); destination(d_tailrace); flags(flow-control); };`
			},
			{
				name: `Docker (${over})`,
				where: 'docker run',
				text: `docker run --log-driver=syslog \\
  --log-opt syslog-address=${transport === 'tls' ? 'tcp+tls' : 'tcp'}://${host}:${port} \\
  --log-opt syslog-format=rfc5424micro \\
  your-image`
			}
		];
	},
	gelf(host, { transport, port }) {
		if (transport === 'tls') return []; // of no driver of Docker's
		return [
			{
				name: `Docker (GELF over ${transport.toUpperCase()})`,
				where: 'docker run',
				text: `docker run --log-driver=gelf \\
  --log-opt gelf-address=${transport}://${host}:${port} \\
  your-image`
			}
		];
	},
	forward(host, { transport, port, hasSecret }) {
		const secret = hasSecret ? '\n    Shared_Key  THE_SECRET_OF_THE_LISTENER' : '';
		const tls = transport === 'tls' ? '\n    Tls         On' : '';
		return [
			{
				name: 'Fluent Bit (forward)',
				where: 'fluent-bit.conf',
				text: `[OUTPUT]
    Name        forward
    Match       *
    Host        ${host}
    Port        ${port}${tls}${secret}
    Require_ack_response On`
			}
		];
	}
};
