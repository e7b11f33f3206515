import type postgres from 'postgres';

/** The pool, or a transaction on it: the caller decides what happens together. */
export type Queryable = postgres.ISql<{ bigint: number }>;
