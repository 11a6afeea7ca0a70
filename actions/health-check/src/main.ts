import { runAction } from '@repo/core/run-action';
import { failOn, inputs } from './inputs.ts';
import { run } from './run.ts';

await runAction({ name: 'health-check', inputs, failOn, run });
