import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheckConfig, EngineBroken, namedBy, quarantine } from './check.ts';
import type { Carried } from './config/engine-config.ts';

const options = {
  generation: { minor: 14, tags: new Set<string>() },
  password: 'x',
  caFile: '',
};
const carried = (index: number): Carried => ({
  tag: `p${index}`,
  section: {
    section: index % 3 === 0 ? 'endpoints' : 'outbounds',
    json: { type: 'trojan', tag: `p${index}` },
  },
});

type Names = 'outbound' | 'tag' | 'nothing' | 'crash';

/** An engine that refuses some tags, and names the first of them, or not. */
function engineThatRefuses(bad: ReadonlySet<string>, names: Names) {
  let checks = 0;
  const check: CheckConfig = async (config) => {
    checks++;
    for (const name of ['outbounds', 'endpoints'] as const) {
      const section = config[name] as readonly { readonly tag: string }[];
      const index = section.findIndex(({ tag }) => bad.has(tag));
      const tag = section[index]?.tag;
      if (tag === undefined) continue;
      const why = {
        outbound: `initialize ${name.slice(0, -1)}[${index}]: unknown method: ${tag}`,
        tag: `start ${name.slice(0, -1)}/trojan[${tag}]: no`,
        nothing: 'no reason given',
        crash: 'the engine crashed on it',
      }[names];
      return { ok: false, why };
    }
    return { ok: true };
  };
  return { check, checks: () => checks };
}

describe('quarantine', () => {
  it.each<Names>(['outbound', 'tag', 'nothing', 'crash'])(
    'takes out exactly the bad ones, in whatever number and place, when the engine names %s',
    async (names) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 600 }),
          fc.uniqueArray(fc.integer({ min: 0, max: 599 }), { maxLength: 5 }),
          async (count, indexes) => {
            const all = Array.from({ length: count }, (_, index) => carried(index));
            const bad = new Set(indexes.map((index) => `p${index}`));
            const sorted = await quarantine(all, options, engineThatRefuses(bad, names).check);
            expect(sorted.good.map(({ tag }) => tag)).toEqual(
              all.map(({ tag }) => tag).filter((tag) => !bad.has(tag)),
            );
            expect(new Set(sorted.bad.map((one) => one.carried.tag))).toEqual(
              new Set(all.map(({ tag }) => tag).filter((tag) => bad.has(tag))),
            );
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it('finds one among 500 by its name in one more check, by halving in few', async () => {
    const all = Array.from({ length: 500 }, (_, index) => carried(index));
    const named = engineThatRefuses(new Set(['p77']), 'outbound');
    await quarantine(all, options, named.check);
    expect(named.checks()).toBe(4);
    const unnamed = engineThatRefuses(new Set(['p77']), 'nothing');
    await quarantine(all, options, unnamed.check);
    expect(unnamed.checks()).toBeLessThanOrEqual(3 + 2 * 8);
  });

  it('says why, without the place in our configuration', async () => {
    const { check } = engineThatRefuses(new Set(['p1']), 'outbound');
    const { bad } = await quarantine([carried(1)], options, check);
    expect(bad.map(({ why }) => why)).toEqual(['unknown method: p1']);
  });

  it('blames nobody when the engine takes not even an empty configuration', async () => {
    const check: CheckConfig = async () => ({ ok: false, why: 'dns: legacy format' });
    await expect(quarantine([carried(1)], options, check)).rejects.toThrow(EngineBroken);
  });
});

describe('namedBy', () => {
  const batch = [carried(0), carried(1), carried(2), carried(3)];
  it.each([
    ['initialize outbound[1]: x', 'p2'],
    ['decode config at stdin: outbounds[0].server_port: x', 'p1'],
    ['initialize endpoint[1]: x', 'p3'],
    ['start endpoint/wireguard[p3]: x', 'p3'],
    ['initialize outbound[9]: x', undefined],
    ['decode config at stdin: dns: x', undefined],
  ])('%s is %s', (why, tag) => {
    expect(namedBy(why, batch)?.tag).toBe(tag);
  });
});
