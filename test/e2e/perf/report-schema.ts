import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const SCHEMA = new URL('../../../actions/perf-regression/report.schema.json', import.meta.url);

/** Validates the JSON report of a run against its schema. */
export async function schemaErrors(result: {
  readonly outputs: Readonly<Record<string, string>>;
}): Promise<readonly unknown[]> {
  const ajv = new Ajv2020({ allErrors: true, strict: true });
  addFormats.default(ajv);
  const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
  ajv.validate(JSON.parse(await readFile(SCHEMA, 'utf8')), report);
  return ajv.errors ?? [];
}
