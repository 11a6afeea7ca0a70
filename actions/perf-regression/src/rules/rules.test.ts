import { describe, expect, test } from 'vitest';
import { type MetricRule, resolvePolicy } from './rules.ts';
import { threshold } from './threshold.ts';

const at = (text: string) => threshold().parse(text);
const DEFAULTS = { warn: at('10%'), fail: at('20%') };
const NAME = { benchmark: 'pkg/Parse/json', metric: 'B/op' };

const policy = (...rules: readonly MetricRule[]) => resolvePolicy(rules, DEFAULTS, NAME);

describe('which rules match', () => {
  test.each([
    '*',
    'pkg/Parse/json',
    'pkg/*',
    '*json',
    'B/op',
    'B/??',
    'pkg/Parse/json B/op',
    '*Parse* B*',
  ])('%s matches', (match) => expect(policy({ match, exact: true }).exact).toBe(true));

  test.each(['Parse', 'pkg/Parse', 'b/op', 'pkg/Parse/json time', '', '?'])(
    '%s does not match',
    (match) => expect(policy({ match, exact: true }).exact).toBe(false),
  );

  test.each([
    ['$.stats.success_rate', 'stats.success_rate', true],
    ['$.stats["success_rate"]', 'stats.success_rate', true],
    ['$.runs[0].ms', 'runs.0.ms', true],
    ['$.success_rate', 'metadata/success_rate', true],
    ['$.rate', 'success_rate', false],
  ])('%s matches %s: %s', (path, benchmark, expected) => {
    const found = resolvePolicy([{ path, better: 'higher' }], DEFAULTS, {
      benchmark,
      metric: 'value',
    });
    expect(found.better === 'higher').toBe(expected);
  });

  test('a path with match also matches that name', () => {
    const rule: MetricRule = { path: '$.a.b', match: 'my name', better: 'higher' };
    const found = resolvePolicy([rule], DEFAULTS, { benchmark: 'my name', metric: 'value' });
    expect(found.better).toBe('higher');
  });
});

describe('resolvePolicy', () => {
  test('uses the defaults without a limit', () => {
    expect(policy({ match: '*', better: 'lower' })).toEqual({
      ...DEFAULTS,
      better: 'lower',
      exact: false,
    });
    expect(policy()).toEqual({ ...DEFAULTS, exact: false });
  });

  test('a budget replaces all other limits', () => {
    const max = { amount: 10, unit: 'ns' };
    expect(policy({ match: '*', max })).toEqual({ max, exact: false });
  });

  test('the last matching rule wins for each property', () => {
    const fail = at('+50MB');
    expect(
      policy(
        { match: '*', better: 'lower', fail: at('5%'), exact: true },
        { match: 'pkg/*', fail, was: 'Old' },
        { match: '*', better: 'none' },
        { match: 'other', better: 'higher', exact: false },
      ),
    ).toEqual({ better: 'none', fail, exact: true, was: 'Old' });
  });
});
