import { askers, type Asker } from './matrix-scene.ts';

/**
 * The answer to each asker for each way into the server. `sign-in` is a redirect to the sign-in page; 303 leads elsewhere,
 * which is how a successful form answers. The outsider is an owner, of another organization.
 */
const table = `
                                                 nobody  outsider viewer  member  admin   owner   read-key write-key instance-admin

GET /                                            303     303      303     303     303     303     303      303       200
GET /healthz                                     200     200      200     200     200     200     200      200       200
GET /readyz                                      200     200      200     200     200     200     200      200       200
GET /metrics                                     403     403      403     403     403     403     403      403       403
GET /cli.mjs                                     200     200      200     200     200     200     200      200       200

GET /sign-in                                     200     303      303     303     303     303     200      200       303
POST /sign-in                                    303     303      303     303     303     303     303      303       303
POST /sign-out                                   303     303      303     303     303     303     303      303       303
GET /sign-up                                     200     303      303     303     303     303     200      200       303
POST /sign-up                                    303     303      303     303     303     303     303      303       303
GET /sign-up/[token]                             200     200      200     200     200     200     200      200       200
POST /sign-up/[token]                            303     303      303     303     303     303     303      303       303
GET /reset-password                              200     200      200     200     200     200     200      200       200
POST /reset-password                             409     409      409     409     409     409     409      409       409
GET /reset-password/[token]                      200     200      200     200     200     200     200      200       200
POST /reset-password/[token]                     303     303      303     303     303     303     303      303       303
GET /invitations/[token]                         200     200      200     200     200     200     200      200       200
POST /invitations/[token]?/join                  sign-in 303      403     403     403     403     sign-in  sign-in   403
POST /invitations/[token]?/signUp                409     409      409     409     409     409     409      409       409

GET /api/logs                                    401     404      200     200     200     200     200      403       404
POST /api/logs                                   401     404      403     200     200     200     403      200       404
GET /api/logs/stream                             401     404      200     200     200     200     200      403       404
GET /api/logs/search                             401     404      200     200     200     200     200      403       404
GET /api/logs/histogram                          401     404      200     200     200     200     200      403       404
GET /api/logs/fields                             401     404      200     200     200     200     200      403       404
GET /api/logs/[seq]                              401     404      200     200     200     200     200      403       404
GET /api/logs/[seq]/context                      401     404      200     200     200     200     200      403       404
GET /api/deploys                                 401     404      200     200     200     200     200      403       404
POST /api/deploys                                401     404      403     201     201     201     403      201       404
GET /api/deploys/stream                          401     404      200     200     200     200     200      403       404
GET /api/deploys/[id]                            401     404      200     200     200     200     200      403       404
GET /api/deploys/[id]/log                        401     404      200     200     200     200     200      403       404
HEAD /api/deploys/[id]/log                       401     404      200     200     200     200     200      200       404
PATCH /api/deploys/[id]/log                      401     404      403     204     204     204     403      204       404
POST /api/deploys/[id]/finish                    401     404      403     200     200     200     403      200       404
GET /api/deploys/[id]/stream                     401     404      200     200     200     200     200      403       404

GET /[org]/logs                                  sign-in 404      200     200     200     200     sign-in  sign-in   404
POST /[org]/logs?/dismissKey                     sign-in 404      200     200     200     200     sign-in  sign-in   404
GET /[org]/deploys                               sign-in 404      200     200     200     200     sign-in  sign-in   404
GET /[org]/deploys/[id]                          sign-in 404      200     200     200     200     sign-in  sign-in   404

GET /[org]/settings                              sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings?/name                       sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings?/address                    sign-in 404      403     403     303     303     sign-in  sign-in   404
POST /[org]/settings?/retention                  sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings?/deploys                    sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings?/text                       sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings?/transfer                   sign-in 404      403     403     403     200     sign-in  sign-in   404
POST /[org]/settings?/delete                     sign-in 404      403     403     403     303     sign-in  sign-in   404
GET /[org]/settings/members                      sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings/members?/invite             sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings/members?/revoke             sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings/members?/role               sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings/members?/remove             sign-in 404      403     403     200     200     sign-in  sign-in   404
GET /[org]/settings/keys                         sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings/keys?/make                  sign-in 404      403     403     200     200     sign-in  sign-in   404
POST /[org]/settings/keys?/revoke                sign-in 404      403     403     200     200     sign-in  sign-in   404
GET /[org]/settings/keys/[id]                    sign-in 404      403     403     200     200     sign-in  sign-in   404
GET /[org]/settings/keys/[id]/last-request       sign-in 404      403     403     200     200     sign-in  sign-in   404
GET /[org]/settings/audit                        sign-in 404      403     403     200     200     sign-in  sign-in   404
GET /[org]/settings/audit/export                 sign-in 404      403     403     200     200     sign-in  sign-in   404

GET /account                                     sign-in 200      200     200     200     200     sign-in  sign-in   200
POST /account?/name                              sign-in 200      200     200     200     200     sign-in  sign-in   200
POST /account?/email                             sign-in 200      200     200     200     200     sign-in  sign-in   200
POST /account?/password                          sign-in 200      200     200     200     200     sign-in  sign-in   200
GET /account/confirm/[token]                     sign-in 410      410     200     410     410     sign-in  sign-in   410
POST /account/confirm/[token]                    sign-in 410      410     303     410     410     sign-in  sign-in   410
GET /account/sessions                            sign-in 200      200     200     200     200     sign-in  sign-in   200
POST /account/sessions?/end                      sign-in 404      404     404     404     404     sign-in  sign-in   404
POST /account/sessions?/endOthers                sign-in 200      200     200     200     200     sign-in  sign-in   200
GET /account/organizations                       sign-in 200      200     200     200     200     sign-in  sign-in   200
POST /account/organizations?/leave               sign-in 404      200     200     200     409     sign-in  sign-in   404
POST /account/organizations?/make                sign-in 303      303     303     303     303     sign-in  sign-in   303

GET /admin                                       sign-in 404      404     404     404     404     sign-in  sign-in   200
POST /admin?/suspend                             sign-in 404      404     404     404     404     sign-in  sign-in   200
POST /admin?/restore                             sign-in 404      404     404     404     404     sign-in  sign-in   200
GET /admin/users                                 sign-in 404      404     404     404     404     sign-in  sign-in   200
POST /admin/users?/suspend                       sign-in 404      404     404     404     404     sign-in  sign-in   200
POST /admin/users?/restore                       sign-in 404      404     404     404     404     sign-in  sign-in   200
POST /admin/users?/grant                         sign-in 404      404     404     404     404     sign-in  sign-in   200
POST /admin/users?/withdraw                      sign-in 404      404     404     404     404     sign-in  sign-in   303
GET /admin/audit                                 sign-in 404      404     404     404     404     sign-in  sign-in   200
GET /admin/audit/export                          sign-in 404      404     404     404     404     sign-in  sign-in   200
`;

export interface Row {
	/** A method and a route, with the action after `?/`. */
	way: string;
	answers: Record<Asker, string>;
}

export const rows: Row[] = table
	.trim()
	.split('\n')
	.slice(1)
	.filter((line) => line.trim() !== '')
	.map((line) => {
		const [method = '', route = '', ...cells] = line.trim().split(/\s+/);
		const answers = Object.fromEntries(askers.map((asker, index) => [asker, cells[index] ?? '']));
		return { way: `${method} ${route}`, answers: answers as Record<Asker, string> };
	});
