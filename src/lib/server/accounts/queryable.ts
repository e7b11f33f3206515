import type postgres from 'postgres';

/** The pool, or a transaction on it: whoever calls decides what happens together. */
export type Queryable = postgres.ISql<{ bigint: number }>;
