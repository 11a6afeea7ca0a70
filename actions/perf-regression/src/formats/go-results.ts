import type { Better } from '../measurement.ts';
import type { Collector } from './collector.ts';
import { goMetric } from './go-metric.ts';

interface Result {
  readonly line: number;
  /** The numbers of each unit, one a line. */
  readonly units: Map<string, number[]>;
}

interface UnitRules {
  readonly better: Better | undefined;
  readonly exact: boolean;
}

/** Gathers the result lines of go bench: the same name again is a further sample. */
export class GoResults {
  /** By package, then by the name with its suffix. */
  readonly #packages = new Map<string, Map<string, Result>>();
  readonly #units = new Map<string, UnitRules>();

  /** @param from where in the fields the first number with a unit stands */
  add(pkg: string, name: string, fields: readonly string[], from: number, line: number): void {
    const names = this.#packages.get(pkg) ?? new Map<string, Result>();
    if (names.size === 0) this.#packages.set(pkg, names);
    const result = names.get(name) ?? { line, units: new Map<string, number[]>() };
    if (result.units.size === 0) names.set(name, result);
    for (let at = from; at + 1 < fields.length; at += 2) {
      const unit = fields[at + 1] ?? '';
      const number = Number(fields[at]);
      const numbers = result.units.get(unit);
      if (numbers === undefined) result.units.set(unit, [number]);
      else numbers.push(number);
    }
  }

  /** `Unit ns/op better=lower assume=exact`. */
  setUnit([, unit, ...settings]: readonly string[]): void {
    if (unit === undefined) return;
    const better = settings.find((one) => one.startsWith('better='))?.slice('better='.length);
    this.#units.set(unit, {
      better: better === 'higher' || better === 'lower' ? better : undefined,
      exact: settings.includes('assume=exact'),
    });
  }

  /** The benchmarks that have a result, and those that have one within: `pkg\nX` for `X/n=5`. */
  measured(): ReadonlySet<string> {
    const measured = new Set<string>();
    for (const [pkg, names] of this.#packages) {
      for (const name of names.keys()) {
        const own = bare(name);
        measured.add(`${pkg}\n${own}`);
        for (let at = own.indexOf('/'); at !== -1; at = own.indexOf('/', at + 1)) {
          measured.add(`${pkg}\n${own.slice(0, at)}`);
        }
      }
    }
    return measured;
  }

  report(into: Collector): void {
    for (const [pkg, names] of this.#packages) {
      // -8 is GOMAXPROCS, unless a name comes with several (-cpu 1,8; `size-10` and `size-20`).
      const suffixes = new Map<string, number>();
      for (const name of names.keys()) {
        suffixes.set(bare(name), (suffixes.get(bare(name)) ?? 0) + 1);
      }
      for (const [name, { line, units }] of names) {
        const own = bare(name);
        const several = (suffixes.get(own) ?? 0) > 1;
        if (!several) into.environment('gomaxprocs', name.slice(own.length + 1) || '1');
        const benchmark = qualified(pkg, several ? name : own);
        for (const [unit, repeated] of units) {
          into.add({ benchmark, ...this.#metricOf(unit), repeated, line });
        }
      }
    }
  }

  #metricOf(unit: string) {
    const { better, exact } = this.#units.get(unit) ?? {};
    return {
      ...goMetric(unit),
      ...(better !== undefined && { better }),
      ...(exact !== undefined && { exact }),
    };
  }
}

interface Start {
  readonly pkg: string;
  readonly name: string;
  readonly line: number;
  readonly failed: boolean;
}

/** The benchmarks of go bench that were begun, or are said to have failed. */
export class Begun {
  /** The name that was begun last and has no result yet. */
  last: string | undefined;
  readonly #starts = new Map<string, Start>();
  readonly #packages = new Map<string, number>();

  begin(pkg: string, name: string, line: number): void {
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
    this.#starts.delete(`${pkg}\n${bare(name)}`);
  }

  report(results: GoResults, into: Collector): void {
    const explained = new Set<string>();
    const measured = this.#starts.size === 0 ? new Set() : results.measured();
    for (const [key, { pkg, name, line, failed }] of this.#starts) {
      if (!failed && measured.has(key)) continue;
      const benchmark = qualified(pkg, name);
      if (failed || this.#packages.has(pkg)) {
        into.fail({ benchmark, state: 'failed', reason: 'go test says FAIL', line });
      } else {
        into.fail({ benchmark, state: 'no-value', reason: 'was begun and has no result', line });
      }
      explained.add(pkg);
    }
    for (const [benchmark, line] of this.#packages) {
      if (explained.has(benchmark)) continue;
      const reason = 'the package failed, panicked or was not built';
      into.fail({ benchmark, state: 'failed', reason, line });
    }
  }

  #set(pkg: string, name: string, line: number, failed: boolean): void {
    this.#starts.set(`${pkg}\n${bare(name)}`, { pkg, name: bare(name), line, failed });
  }
}

function qualified(pkg: string, name: string): string {
  return pkg === '' ? name : `${pkg}.${name}`;
}

function bare(name: string): string {
  const dash = name.lastIndexOf('-');
  return dash > 0 && isCount(name.slice(dash + 1)) ? name.slice(0, dash) : name;
}

export function isCount(text: string): boolean {
  return text !== '' && !/\D/.test(text);
}
