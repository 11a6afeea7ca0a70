import { listText, proxyWorld, record } from '../proxy/proxy-world.ts';
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  passing: async () => {
    const world = await proxyWorld();
    const { port } = await world.proxy({ protocol: 'socks5' });
    await world.write('proxies.json', listText([record(`socks5://127.0.0.1:${port}`)]));
    return toRun(world);
  },
  endless: async () => {
    const world = await proxyWorld();
    const { port } = await world.proxy({ protocol: 'socks5', fault: { kind: 'hang' } });
    const records = Array.from({ length: 200 }, (_, index) =>
      record(`socks5://user${index}:password@127.0.0.1:${port}`),
    );
    await world.write('proxies.json', listText(records));
    return { ...toRun(world), startedLine: /Testing \d+ endpoints/ };
  },
  oversized: async () => {
    const world = await proxyWorld();
    const records = Array.from({ length: 20_000 }, (_, index) => ({ config: `nonsense ${index}` }));
    await world.write('proxies.json', listText(records));
    return toRun(world);
  },
  withoutNetwork: { exitCode: 1, verdict: 'unknown', message: /no target answered/ },
};

function toRun(world: Awaited<ReturnType<typeof proxyWorld>>) {
  return {
    cwd: world.folder,
    with: world.inputs,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
