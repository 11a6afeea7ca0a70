import type { Clock } from '@repo/core/process/clock';

export interface DispatchSettings {
  readonly concurrency: number;
  /** Maximum number of concurrent jobs per host. */
  readonly perHost: number;
  /** Maximum number of jobs started per second; 0: no limit. */
  readonly rate: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/**
 * Runs the jobs in order, as far as the limits allow: a job whose host is busy waits and lets others
 * pass. Starts no job after the signal is aborted. Resolves when all started jobs have finished.
 */
export function dispatch<Job extends { readonly host: string }>(
  jobs: readonly Job[],
  work: (job: Job) => Promise<void>,
  { concurrency, perHost, rate, signal, clock }: DispatchSettings,
): Promise<void> {
  const busy = new Map<string, number>();
  const waiting = new Map<string, Job[]>();
  /** Jobs whose host has a free slot. */
  const freed: Job[] = [];
  let next = 0;
  let active = 0;
  let failure: unknown;
  const pace = createPacer(rate, clock);
  const { promise, resolve, reject } = Promise.withResolvers<void>();

  const take = (): Job | undefined => {
    const ready = freed.shift();
    if (ready) return ready;
    while (next < jobs.length) {
      const job = jobs[next++] as Job;
      const onHost = busy.get(job.host) ?? 0;
      if (onHost < perHost) {
        busy.set(job.host, onHost + 1);
        return job;
      }
      const queue = waiting.get(job.host);
      if (queue) queue.push(job);
      else waiting.set(job.host, [job]);
    }
    return undefined;
  };
  const release = ({ host }: Job) => {
    const queue = waiting.get(host);
    const job = queue?.shift();
    if (queue?.length === 0) waiting.delete(host);
    // The slot of the host passes directly to the next job.
    if (job) freed.push(job);
    else {
      const left = (busy.get(host) ?? 1) - 1;
      if (left > 0) busy.set(host, left);
      else busy.delete(host);
    }
  };
  const pump = () => {
    while (active < concurrency && !signal.aborted && failure === undefined) {
      const pause = pace.pause();
      if (pause > 0) {
        pace.wait(pause, signal, pump);
        break;
      }
      const job = take();
      if (job === undefined) break;
      pace.begin();
      active++;
      work(job)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          active--;
          release(job);
          pump();
        });
    }
    if (active > 0 || pace.isWaiting()) return;
    if (failure !== undefined) reject(failure);
    else resolve();
  };
  pump();
  return promise;
}

function createPacer(rate: number, clock: Clock) {
  const interval = rate > 0 ? 1_000 / rate : 0;
  let free = clock.monotonic();
  let isWaiting = false;
  return {
    pause: () => (interval === 0 ? 0 : free - clock.monotonic()),
    begin: () => {
      free = Math.max(free, clock.monotonic() - interval) + interval;
    },
    isWaiting: () => isWaiting,
    wait: (ms: number, signal: AbortSignal, then: () => void) => {
      if (isWaiting) return;
      isWaiting = true;
      const done = () => {
        isWaiting = false;
        then();
      };
      clock.sleep(Math.max(1, ms), signal).then(done, done);
    },
  };
}
