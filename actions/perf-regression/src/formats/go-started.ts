import type { Collector } from './collector.ts';
import { qualifyName, withoutSuffix } from './go-name.ts';
import type { GoResults } from './go-results.ts';

interface Start {
  readonly pkg: string;
  readonly name: string;
  readonly line: number;
  readonly failed: boolean;
}

/** The benchmarks of go bench that were started or failed. */
export class StartedBenchmarks {
  /** The name that was started last and has no result yet. */
  last: string | undefined;
  readonly #starts = new Map<string, Start>();
  readonly #packages = new Map<string, number>();

  start(pkg: string, name: string, line: number): void {
    this.last = name;
    this.#set(pkg, name, line, false);
  }

  fail(pkg: string, name: string, line: number): void {
    this.#set(pkg, name, line, true);
  }

  failPackage(pkg: string, line: number): void {
    this.#packages.set(pkg, line);
  }

  skip(pkg: string, name: string): void {
    this.#starts.delete(`${pkg}\n${withoutSuffix(name)}`);
  }

  report(results: GoResults, into: Collector): void {
    const explained = new Set<string>();
    const measured = this.#starts.size === 0 ? new Set() : results.listMeasured();
    for (const [key, { pkg, name, line, failed }] of this.#starts) {
      if (!failed && measured.has(key)) continue;
      const benchmark = qualifyName(pkg, name);
      if (failed || this.#packages.has(pkg)) {
        into.fail({ benchmark, state: 'failed', reason: 'go test reports FAIL', line });
      } else {
        into.fail({ benchmark, state: 'no-value', reason: 'was started, but has no result', line });
      }
      explained.add(pkg);
    }
    for (const [benchmark, line] of this.#packages) {
      if (explained.has(benchmark)) continue;
      const reason = 'the package failed, panicked or could not be built';
      into.fail({ benchmark, state: 'failed', reason, line });
    }
  }

  #set(pkg: string, name: string, line: number, failed: boolean): void {
    this.#starts.set(`${pkg}\n${withoutSuffix(name)}`, {
      pkg,
      name: withoutSuffix(name),
      line,
      failed,
    });
  }
}
