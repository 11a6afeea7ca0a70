import { listText, record, startTestbed } from '../proxy/testbed.ts';
import type { Scenario } from './scenario.ts';

export const scenario: Scenario = {
  passing: async () => {
    const testbed = await startTestbed();
    const { port } = await testbed.proxy({ protocol: 'socks5' });
    await testbed.write('proxies.json', listText([record(`socks5://127.0.0.1:${port}`)]));
    return toRun(testbed);
  },
  endless: async () => {
    const testbed = await startTestbed();
    const { port } = await testbed.proxy({ protocol: 'socks5', fault: { kind: 'hang' } });
    const records = Array.from({ length: 200 }, (_, index) =>
      record(`socks5://user${index}:password@127.0.0.1:${port}`),
    );
    await testbed.write('proxies.json', listText(records));
    return { ...toRun(testbed), startedLine: /Testing \d+ endpoints/ };
  },
  oversized: async () => {
    const testbed = await startTestbed();
    const records = Array.from({ length: 20_000 }, (_, index) => ({ config: `nonsense ${index}` }));
    await testbed.write('proxies.json', listText(records));
    return toRun(testbed);
  },
  withoutNetwork: { exitCode: 1, verdict: 'unknown', message: /target/ },
};

function toRun(testbed: Awaited<ReturnType<typeof startTestbed>>) {
  return {
    cwd: testbed.folder,
    with: testbed.inputs,
    [Symbol.asyncDispose]: () => testbed[Symbol.asyncDispose](),
  };
}
