import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheckConfig, EngineFailed, findNamedEndpoint, quarantine } from './check.ts';
import type { ConfiguredEndpoint } from './config/engine-config.ts';

const options = {
  capabilities: { minor: 14, tags: new Set<string>() },
  password: 'x',
  caFile: '',
};
const configured = (index: number): ConfiguredEndpoint => ({
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
      const reason = {
        outbound: `initialize ${name.slice(0, -1)}[${index}]: unknown method: ${tag}`,
        tag: `start ${name.slice(0, -1)}/trojan[${tag}]: no`,
        nothing: 'no reason given',
        crash: 'the engine crashed on it',
      }[names];
      return { ok: false, reason };
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
            const all = Array.from({ length: count }, (_, index) => configured(index));
            const bad = new Set(indexes.map((index) => `p${index}`));
            const checked = await quarantine(all, options, engineThatRefuses(bad, names).check);
            expect(checked.good.map(({ tag }) => tag)).toEqual(
              all.map(({ tag }) => tag).filter((tag) => !bad.has(tag)),
            );
            expect(new Set(checked.bad.map((one) => one.configured.tag))).toEqual(
              new Set(all.map(({ tag }) => tag).filter((tag) => bad.has(tag))),
            );
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it('finds one of 500 by name in one more check, by bisection in a few', async () => {
    const all = Array.from({ length: 500 }, (_, index) => configured(index));
    const named = engineThatRefuses(new Set(['p77']), 'outbound');
    await quarantine(all, options, named.check);
    expect(named.checks()).toBe(4);
    const unnamed = engineThatRefuses(new Set(['p77']), 'nothing');
    await quarantine(all, options, unnamed.check);
    expect(unnamed.checks()).toBeLessThanOrEqual(3 + 2 * 8);
  });

  it('returns the reason without the position in the configuration', async () => {
    const { check } = engineThatRefuses(new Set(['p1']), 'outbound');
    const { bad } = await quarantine([configured(1)], options, check);
    expect(bad.map(({ reason }) => reason)).toEqual(['unknown method: p1']);
  });

  it('blames no endpoint when the engine rejects an empty configuration', async () => {
    const check: CheckConfig = async () => ({ ok: false, reason: 'dns: legacy format' });
    await expect(quarantine([configured(1)], options, check)).rejects.toThrow(EngineFailed);
  });
});

describe('namedBy', () => {
  const batch = [configured(0), configured(1), configured(2), configured(3)];
  it.each([
    ['initialize outbound[1]: x', 'p2'],
    ['decode config at stdin: outbounds[0].server_port: x', 'p1'],
    ['initialize endpoint[1]: x', 'p3'],
    ['start endpoint/wireguard[p3]: x', 'p3'],
    ['initialize outbound[9]: x', undefined],
    ['decode config at stdin: dns: x', undefined],
  ])('%s is %s', (reason, tag) => {
    expect(findNamedEndpoint(reason, batch)?.tag).toBe(tag);
  });
});
