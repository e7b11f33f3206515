// The words used in columns. Apart from schema/, because that loads drizzle, which takes longer than the rest of a command.

/** Rising with permissions; access/roles.ts says what each may do. */
export const roles = ['viewer', 'member', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

export const scopes = ['write', 'read'] as const;
export type Scope = (typeof scopes)[number];

export const emailTokenPurposes = ['reset password', 'change e-mail', 'sign up'] as const;
export type EmailTokenPurpose = (typeof emailTokenPurposes)[number];
