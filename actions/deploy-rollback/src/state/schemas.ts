import * as v from 'valibot';

/** Parts of the schemas for files that are read back. */
export const shortText = v.pipe(v.string(), v.maxLength(100_000));
export const revision = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64}|)$/));
/** Used in paths and refs. */
export const identifier = v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,99}$/));
export const epochMs = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
