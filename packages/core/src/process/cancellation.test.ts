import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { Cancelled, stopSignal } from './cancellation.ts';

/** As much of the process as is listened to. */
const fakeProcess = () => new EventEmitter() as NodeJS.Process;

test.each(['SIGINT', 'SIGTERM', 'SIGBREAK'] as const)(
  '%s aborts with a reason that names the signal',
  (name) => {
    const process = fakeProcess();
    const signal = stopSignal(process);
    expect(signal.aborted).toBe(false);
    process.emit(name, name);
    expect(signal.reason).toBeInstanceOf(Cancelled);
    expect(signal.reason.message).toBe(`cancelled (${name})`);
  },
);

test('the first signal is the reason; another one does not kill the process', () => {
  const process = fakeProcess();
  const signal = stopSignal(process);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGINT'] as const) process.emit(name, name);
  expect(signal.reason.message).toBe('cancelled (SIGINT)');
});
