import { runAction } from '@repo/core/run-action';
import { failOn, inputs } from './inputs.ts';
import { run } from './run.ts';

await runAction({ name: 'perf-regression', inputs, failOn, run });
