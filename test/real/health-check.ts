import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));

/** Runs the bundle of health-check, by default with one attempt. */
export function healthCheck(
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunActionOptions> = {},
) {
  return runAction({ action, with: { 'max-attempts': '1', ...inputs }, ...options });
}

/** The checks of the JSON report. */
export async function checksOf(result: { readonly outputs: Readonly<Record<string, string>> }) {
  const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
  return report.result.checks;
}
