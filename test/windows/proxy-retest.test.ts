import { readdir } from 'node:fs/promises';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { expect } from 'vitest';
import { listText, record, startTestbed } from '../e2e/proxy/testbed.ts';
import { cell } from '../setups/cell.ts';

cell('windows', 'the list is changed in place, and nothing is left beside it', async () => {
  await using testbed = await startTestbed();
  await testbed.write(
    'proxies.json',
    listText([record(`socks5://127.0.0.1:${await closedPort()}`)]),
  );
  await using result = await testbed.run();
  expect(result.outputs, result.log).toMatchObject({ tested: '1', changed: 'true' });
  expect(JSON.parse(await testbed.read('proxies.json'))).toMatchObject([{ is_working: false }]);
  const names = await readdir(testbed.folder);
  expect(names.filter((name) => /\.(?:tmp|old)$/.test(name))).toEqual([]);
});
