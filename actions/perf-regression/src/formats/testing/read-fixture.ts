import { join } from 'node:path';
import type { Measurement, ReadResult } from '../../measurement.ts';
import { Collector } from '../collector.ts';
import { readResults } from '../read-results.ts';
import { detectFormat, FORMATS } from '../registry.ts';
import { sourceOf } from '../source.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');

/** Reads a file of the fixtures. */
export function fixture(path: string): Promise<ReadResult> {
  return readResults([join(FIXTURES, path)], 'auto');
}

/** Reads a text as the format that it looks like. */
export function read(content: string): Omit<ReadResult, 'format'> {
  const source = sourceOf(Buffer.from(content), 'f');
  const into = new Collector();
  into.begin('f');
  FORMATS.get(detectFormat(source) ?? '')?.read(source, into);
  return into.result();
}

/** A measurement of a fixture, which must be there. */
export async function find(path: string, benchmark: string, metric = 'time'): Promise<Measurement> {
  const { measurements } = await fixture(path);
  const found = measurements.find((one) => one.benchmark === benchmark && one.metric === metric);
  if (found === undefined) throw new Error(`${path} has no ${metric} of ${benchmark}`);
  return found;
}

export function names(of: Pick<ReadResult, 'measurements'>): string[] {
  return of.measurements.map(({ benchmark }) => benchmark);
}
