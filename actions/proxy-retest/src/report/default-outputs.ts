import type { OutputValue } from '@repo/core/action/outcome';

/** All outputs of the action, with the values of a run that did nothing. */
export const DEFAULT_OUTPUTS: Readonly<Record<string, OutputValue>> = {
  total: 0,
  planned: 0,
  tested: 0,
  alive: 0,
  died: 0,
  revived: 0,
  inconclusive: 0,
  skipped: 0,
  invalid: 0,
  coverage: 0,
  'latency-p50': '',
  'latency-p95': '',
  changed: false,
  'stop-reason': 'done',
  matrix: '',
  list: '',
  state: '',
};
