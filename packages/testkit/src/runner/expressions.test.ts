import { expect, test } from 'vitest';
import { evaluateCondition, evaluateTemplate } from './expressions.ts';

const contexts = {
  github: { token: 'ghs_1', event_name: 'push', event: { number: 7 } },
  runner: { os: 'Linux' },
  env: { X: 'y' },
};

test.each([
  ['plain', 'plain'],
  [`\${{ github.token }}`, 'ghs_1'],
  [`\${{github.event_name}} on \${{ runner.os }}`, 'push on Linux'],
  [`\${{ GitHub.Event.Number }}`, '7'],
  [`\${{ github.event.pull_request.head.sha }}`, ''],
  [`\${{ env.X }}\${{ env.nothing }}`, 'y'],
])('evaluates %s to "%s"', (template, expected) => {
  expect(evaluateTemplate(template, contexts)).toBe(expected);
});

test.each([
  `\${{ secrets.KEY }}`,
  `\${{ github.tokn }}`,
  `\${{ github }}`,
  `\${{ format('{0}', 1) }}`,
  `\${{ github.token || 1 }}`,
])('rejects %s', (template) => {
  expect(() => evaluateTemplate(template, contexts)).toThrow(/Unknown expression/);
});

test.each([
  ['always()', true, true, true],
  ['success()', true, false, false],
  ['failure()', false, true, false],
  ['!cancelled()', true, true, false],
  [`\${{ failure() || cancelled() }}`, false, true, true],
])(
  'evaluates %s after success, failure and cancel to %s %s %s',
  (condition, success, failure, cancelled) => {
    expect(evaluateCondition(condition, 'success')).toBe(success);
    expect(evaluateCondition(condition, 'failure')).toBe(failure);
    expect(evaluateCondition(condition, 'cancelled')).toBe(cancelled);
  },
);

test('rejects an unknown condition', () => {
  expect(() => evaluateCondition("runner.os == 'Linux'", 'success')).toThrow(/Unknown condition/);
});
