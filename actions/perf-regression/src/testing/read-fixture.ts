import { join } from 'node:path';
import { Collector } from '../formats/collector.ts';
import { readResults } from '../formats/read-results.ts';
import { detectFormat, FORMATS } from '../formats/registry.ts';
import { toSource } from '../formats/source.ts';
import type { Measurement, ReadResult } from '../measurement.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

/** Reads a file in the fixtures folder. */
export function fixture(path: string): Promise<ReadResult> {
  return readResults([join(FIXTURES, path)], 'auto');
}

/** Reads a text and detects its format. */
export function read(content: string): Omit<ReadResult, 'format'> {
  const source = toSource(Buffer.from(content), 'f');
  const into = new Collector();
  into.begin('f');
  FORMATS.get(detectFormat(source) ?? '')?.read(source, into);
  return into.result();
}

/** A measurement of a fixture; throws if it does not exist. */
export async function find(path: string, benchmark: string, metric = 'time'): Promise<Measurement> {
  const { measurements } = await fixture(path);
  const found = measurements.find((one) => one.benchmark === benchmark && one.metric === metric);
  if (found === undefined) throw new Error(`${path} has no ${metric} of ${benchmark}`);
  return found;
}

export function names({ measurements }: Pick<ReadResult, 'measurements'>): string[] {
  return measurements.map(({ benchmark }) => benchmark);
}
