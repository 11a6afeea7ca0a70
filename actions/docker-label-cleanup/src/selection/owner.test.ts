import { expect, test } from 'vitest';
import { formatLabelArguments, runLabel } from './owner.ts';

const run = {
  repository: 'a/b',
  workflow: '',
  runId: '7',
  runAttempt: '',
  job: '',
  sha: '',
  ref: '',
};

test('formats label-args with the labels of the inputs and of the run', () => {
  const labels = [
    { key: 'a', value: 'b' },
    { key: 'c', value: undefined },
  ];
  expect(formatLabelArguments([labels], [runLabel(run)])).toBe(
    '--label a=b --label c --label docker-label-cleanup.run=a/b/7/1',
  );
});

test.each(['$(x)', 'a b', 'a;b', "a'b", 'a*', 'a\\b'])(
  'rejects a label value that is special to a shell: %s',
  (value) => {
    expect(() => formatLabelArguments([[{ key: 'a', value }]], [])).toThrow(/special to a shell/);
  },
);
