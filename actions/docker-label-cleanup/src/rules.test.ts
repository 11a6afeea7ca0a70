import { InvalidValue } from '@repo/core/errors/invalid-value';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diskThreshold } from './disk-threshold.ts';
import { labelArguments, runLabel } from './owner.ts';
import { matchesTag, protectLine, protectLines } from './protect.ts';
import { selector } from './selector.ts';
import { imageBirth, referencesOf, repositoryOf } from './subject.ts';
import { containerIds } from './survey.ts';

describe('labels', () => {
  test('lines are ANDed, a line "or" begins another group, space around does not count', () => {
    expect(selector().parse(' a=b \r\nc\n or \n  d = e=f \n')).toEqual([
      [
        { key: 'a', value: 'b' },
        { key: 'c', value: undefined },
      ],
      [{ key: 'd', value: 'e=f' }],
    ]);
  });

  test.each([
    ['a=', 'has nothing after "a=": is a variable not set?'],
    ['=a', 'has no key before the "="'],
    ['a!=b', 'excludes, which is what protect is for'],
    ['a=b\n=c', 'line 2 has no key before the "="'],
    ['a=b\n\nc', 'line 2 is blank: is a variable not set?'],
    ['\na=b', 'line 1 is blank: is a variable not set?'],
    ['a=b\n  \n', 'line 2 is blank: is a variable not set?'],
    ['a=b\nor\nor\nc', 'line 3 has no labels before it'],
    ['or\nc', 'line 1 has no labels before it'],
    ['a=b\nor\n', 'line 2 has no labels after it'],
    ['or', 'has no labels before it'],
  ])('%j is refused', (given, problem) => {
    expect(() => selector().parse(given)).toThrow(new InvalidValue(problem, expect.anything()));
  });

  test('whichever line a variable leaves blank, the rest is not taken for a selector', () => {
    const line = fc.constantFrom<string[]>('a=b', 'c', 'or', 'd=e');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.nat(), (lines, nat) => {
        const given = lines.toSpliced(nat % (lines.length + 1), 0, '').join('\n');
        expect(() => selector().parse(`${given}\n`)).toThrow(/is blank: is a variable not set/);
      }),
    );
  });
});

test.each([
  ['app:1', 'app'],
  ['app', 'app'],
  ['reg:5000/a/b', 'reg:5000/a/b'],
  ['reg:5000/a/b:1', 'reg:5000/a/b'],
  ['reg:5000/a/b@sha256:00', 'reg:5000/a/b'],
])('the repository of %s is %s', (reference, repository) => {
  expect(repositoryOf(reference)).toBe(repository);
});

test('a digest goes with the tags of its repository', () => {
  expect(referencesOf({ tags: ['a:1'], digests: ['a@sha256:0', 'b@sha256:0'] })).toEqual([
    'a:1',
    'b@sha256:0',
  ]);
});

test('tag globs are asked of the tag alone as well', () => {
  expect(matchesTag('v?', 'reg:5000/app:v1')).toBe(true);
  expect(matchesTag('*', 'app@sha256:0')).toBe(true);
  expect(matchesTag('sha256*', 'app@sha256:0')).toBe(false);
});

test('protect: a line that a variable leaves blank would protect less', () => {
  expect(() => protectLines().parse('environment=production\n\nname:db')).toThrow(
    'line 2 is blank: is a variable not set?',
  );
  expect(protectLines().parse('environment=production\nname:db\n')).toHaveLength(2);
});

test.each(['!self', '!nothing', 'tag:', 'environment=', 'x!=y'])(
  'protect: %s is refused',
  (line) => {
    expect(() => protectLine().parse(line)).toThrow(InvalidValue);
  },
);

test.each([
  [Date.UTC(2026, 0, 1), undefined, Date.UTC(2026, 0, 1)],
  [Date.UTC(2020, 0, 1), Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1)],
  [Date.UTC(1980, 0, 1), Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1)],
  [Date.UTC(1980, 0, 1), undefined, undefined],
  [undefined, undefined, undefined],
])('an image that was built at %s and tagged at %s came at %s', (created, tagged, born) => {
  expect(imageBirth(created, tagged)).toBe(born);
});

test.each([
  ['85%>80%', { above: 0.85, until: 0.8 }],
  ['90% > 50.5%', { above: 0.9, until: 0.505 }],
])('disk-threshold: %s', (given, threshold) => {
  expect(diskThreshold().parse(given)).toEqual(threshold);
});

test.each(['85%', '85>80', '80%>85%', '101%>5%', '9%>8%>7%'])(
  'disk-threshold: %s is refused',
  (given) => {
    expect(() => diskThreshold().parse(given)).toThrow(InvalidValue);
  },
);

describe('the container that we run in', () => {
  const ID = '0123456789abcdef'.repeat(4);
  const OTHER = 'fedcba9876543210'.repeat(4);

  test.each([
    ['cgroups 1', `12:pids:/docker/${ID}\n0::/system.slice`],
    ['systemd', `0::/system.slice/docker-${ID}.scope`],
    [
      'cgroups 2, by its mounts',
      `700 680 254:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/vda rw`,
    ],
    ['Podman, cgroups 2', `0::/machine.slice/libpod-${ID}.scope/container`],
    ['Podman, cgroups 1', `12:pids:/machine.slice/libpod-${ID}.scope`],
    [
      'Podman, by its mounts',
      `700 680 0:24 /containers/storage/overlay-containers/${ID}/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw`,
    ],
  ])('%s', (_, text) => {
    expect(containerIds(text, 'runner')).toEqual([ID]);
  });

  test('its host name is the beginning of its ID, unless somebody gave it one', () => {
    expect(containerIds('', '0123456789ab')).toEqual(['0123456789ab']);
    expect(containerIds('', 'builder')).toEqual([]);
  });

  test('on the machine of the daemon the mounts of all containers are seen: none of them is ours', () => {
    const mounts = `90 25 0:51 / /var/lib/docker/containers/${OTHER}/mounts/shm rw - tmpfs shm rw
91 25 0:52 / /var/lib/docker/overlay2/${OTHER}/merged rw - overlay overlay rw`;
    expect(containerIds(`${mounts}\n0::/user.slice`, 'builder')).toEqual([]);
  });
});

test('label-args hold nothing that a shell reads', () => {
  const label = runLabel({
    repository: 'a/b',
    workflow: '',
    runId: '7',
    runAttempt: '',
    job: '',
    sha: '',
    ref: '',
  });
  expect(
    labelArguments(
      [
        [
          { key: 'a', value: 'b' },
          { key: 'c', value: undefined },
        ],
      ],
      [label],
    ),
  ).toBe('--label a=b --label c --label docker-label-cleanup.run=a/b/7/1');
  for (const value of ['$(x)', 'a b', 'a;b', "a'b", 'a*', 'a\\b']) {
    expect(() => labelArguments([[{ key: 'a', value }]], []), value).toThrow(/a shell would read/);
  }
});
