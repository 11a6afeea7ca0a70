import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import { listText, record, startTestbed } from './proxy/testbed.ts';

describe('atomic writes', () => {
  test('a kill leaves either the old or the new list, and no temporary file after the next run', async () => {
    await using testbed = await startTestbed();
    const { port } = await testbed.proxy({ protocol: 'http' });
    const filler = Array.from({ length: 10_000 }, (_, index) =>
      record(`http://192.0.2.1:${index + 1}`, { tested_at: new Date().toISOString() }),
    );
    const text = JSON.stringify([record(`http://127.0.0.1:${port}`), ...filler]);
    for (let round = 0; round < 5; round++) {
      await testbed.write('proxies.json', text);
      await using result = await testbed.run(
        { 'max-age': '365d' },
        {
          cancel: { when: /^Writing the list/ },
          patience: { afterInterrupt: round * 5, afterTerminate: 0 },
        },
      );
      const after = await testbed.read('proxies.json');
      if (after !== text) expect(JSON.parse(after), result.log).toHaveLength(filler.length + 1);
    }
    await testbed.write('proxies.json', text);
    // Without the state, the endpoints are tested again.
    await rm(join(testbed.folder, 'proxies.json.state.ndjson'), { force: true });
    await using result = await testbed.run({ 'max-age': '365d' });
    expect(result.outputs, result.log).toMatchObject({ alive: '1', changed: 'true' });
    expect((await readdir(testbed.folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 60_000);

  test('reads and writes a list of 200 MB in chunks', async () => {
    await using testbed = await startTestbed();
    const { port } = await testbed.proxy({ protocol: 'http' });
    const file = createWriteStream(join(testbed.folder, 'proxies.json'));
    file.write(`[\n${listText([record(`http://127.0.0.1:${port}`)]).slice(1, -1)}`);
    const padding = 'x'.repeat(20_000);
    const now = new Date().toISOString();
    for (let count = 0; count < 10_000; count++) {
      const one = record(`http://192.0.2.1:${count + 1}`, { tested_at: now, padding });
      if (!file.write(`,${JSON.stringify(one)}`)) {
        await once(file, 'drain');
      }
    }
    file.end('\n]');
    await finished(file);
    expect(file.bytesWritten).toBeGreaterThan(200_000_000);
    await using result = await testbed.run(
      { 'max-age': '365d' },
      { trackFiles: false, measure: true },
    );
    expect(result.outputs, result.log).toMatchObject({
      alive: '1',
      changed: 'true',
      total: '10001',
    });
    expect(result.maxRssBytes).toBeLessThan(300_000_000);
  }, 60_000);
});
