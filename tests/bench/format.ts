import type { Histogram } from './histogram.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = (value: number) => whole.format(value);
export const ms = (value: number) => `${value < 100 ? value.toFixed(1) : count(value)} ms`;
export const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

export const spread = (times: Histogram) => `p50 ${ms(times.quantile(0.5))}, p99 ${ms(times.quantile(0.99))}`;
