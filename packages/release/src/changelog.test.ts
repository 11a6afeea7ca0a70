import { expect, test } from 'vitest';
import { type Change, changelog } from './changelog.ts';

const change = (subject: string, body = ''): Change => ({ sha: 'a'.repeat(40), subject, body });
const render = (...changes: readonly Change[]) =>
  changelog([{ version: '1.2.0', date: '2026-11-25', changes }]);

test('lists user-facing changes, breaking changes first', () => {
  const text = render(
    change('fix(health-check): a redirect is followed once'),
    change('feat(core)!: durations need a unit'),
    change('feat: wait for a port', 'BREAKING CHANGE: url is a list'),
    change('feat(docker): remote daemons'),
    change('perf: less is loaded'),
    change('test: more of them'),
    change('Merge branch main'),
  );
  expect(text).toBe(`# Changelog

## 1.2.0 (2026-11-25)

### Breaking changes

- **core**: durations need a unit (aaaaaaa)
- wait for a port (aaaaaaa)

### Features

- **docker**: remote daemons (aaaaaaa)

### Fixes

- **health-check**: a redirect is followed once (aaaaaaa)

### Performance

- less is loaded (aaaaaaa)
`);
});

test('lists a commit with two changes twice', () => {
  const text = render(change('feat(testkit): a proxy; fix(core)!: a cut; is fixed'));
  expect(text).toContain('### Features\n\n- **testkit**: a proxy (aaaaaaa)');
  expect(text).toContain('### Breaking changes\n\n- **core**: a cut; is fixed (aaaaaaa)');
});

test('escapes tags, mentions and links in subjects', () => {
  expect(render(change('fix: <img src=x> by @team [here](http://x)'))).toContain(
    '- \\<img src=x> by \\@team \\[here\\](http://x)',
  );
});

test('reports a release without user-facing changes', () => {
  expect(render(change('docs: words'))).toContain('No user-facing changes.');
});
