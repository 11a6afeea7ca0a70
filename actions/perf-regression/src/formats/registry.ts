import { asv } from './asv.ts';
import { benchmarkdotnet } from './benchmarkdotnet.ts';
import { benchmarkjs } from './benchmarkjs.ts';
import { bmf } from './bmf.ts';
import { cargo } from './cargo.ts';
import { catch2 } from './catch2.ts';
import { coverage } from './coverage.ts';
import { criterion } from './criterion.ts';
import { custom } from './custom.ts';
import type { Format, Source } from './format.ts';
import { go } from './go.ts';
import { googlebenchmark } from './googlebenchmark.ts';
import { gungraun } from './gungraun.ts';
import { hyperfine } from './hyperfine.ts';
import { jmh } from './jmh.ts';
import { json } from './json-numbers.ts';
import { julia } from './julia.ts';
import { k6 } from './k6.ts';
import { lighthouse } from './lighthouse.ts';
import { luau } from './luau.ts';
import { openmetrics } from './openmetrics.ts';
import { pytest } from './pytest.ts';
import { sizeLimit } from './size-limit.ts';
import { tinybench } from './tinybench.ts';
import { vitest } from './vitest.ts';

/** All formats by their name in the input `format`. */
export const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['go', go],
  ['cargo', cargo],
  ['criterion', criterion],
  ['pytest', pytest],
  ['googlebenchmark', googlebenchmark],
  ['catch2', catch2],
  ['jmh', jmh],
  ['benchmarkdotnet', benchmarkdotnet],
  ['hyperfine', hyperfine],
  ['vitest', vitest],
  ['tinybench', tinybench],
  ['benchmarkjs', benchmarkjs],
  ['k6', k6],
  ['gungraun', gungraun],
  ['julia', julia],
  ['asv', asv],
  ['bmf', bmf],
  ['custom', custom],
  ['json', json],
  ['openmetrics', openmetrics],
  ['size-limit', sizeLimit],
  ['lighthouse', lighthouse],
  ['coverage', coverage],
  ['luau', luau],
]);

/** The name of the format that matches a file best. */
export function detectFormat(source: Source): string | undefined {
  let best: string | undefined;
  let highest = 0;
  for (const [name, format] of FORMATS) {
    const score = format.detect(source);
    if (score > highest) [best, highest] = [name, score];
  }
  return best;
}
