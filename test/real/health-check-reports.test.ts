import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostileText } from '@repo/testkit/faults/hostile-text';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';
import { engine } from './engine.ts';

const xmllint = engine('xmllint', 'apt-get install libxml2-utils');
const promtool = engine('promtool', 'apt-get install prometheus');
const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
const run = promisify(execFile);

/** The reports of checks with hostile texts. */
async function reports() {
  const server = await startHttpServer({ script: hostileText(500) });
  const hostile = JSON.stringify('"><!--]]></testcase>&amp; \\ {a="b"} \u001b[31m \u2028');
  const result = await runAction({
    action,
    with: {
      checks: `
        - {name: ${hostile}, http: {url: "${server.url}"}, expect: [status == 200, body == 'x'], max-attempts: 1}
        - {name: healthy, http: {url: "${server.url}"}, expect: status == 500}`,
      'body-excerpt': '4KiB',
      'report-junit': 'junit.xml',
      'report-prometheus': 'health.prom',
    },
  });
  return {
    junit: join(result.workspace, 'junit.xml'),
    metrics: join(result.workspace, 'health.prom'),
    [Symbol.asyncDispose]: async () => {
      await result[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(xmllint.path === undefined)(`the JUnit report ${xmllint.needs}`, () => {
  test('is valid XML with hostile texts', async () => {
    await using files = await reports();
    const { stdout } = await run(xmllint.path ?? '', [
      '--xpath',
      'concat(count(//testcase), " ", count(//failure), " ", string(//testcase[1]/@name))',
      files.junit,
    ]);
    expect(stdout.trim()).toBe(`2 1 "><!--]]></testcase>&amp; \\ {a="b"}`);
  });
});

describe.skipIf(promtool.path === undefined)(`the Prometheus file ${promtool.needs}`, () => {
  test('passes promtool check metrics', async () => {
    await using files = await reports();
    const { stdout, stderr } = await run('sh', [
      '-c',
      '"$0" check metrics < "$1"',
      promtool.path ?? '',
      files.metrics,
    ]);
    expect(stdout + stderr).toBe('');
  });
});
