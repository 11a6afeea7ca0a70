/** The run was cancelled: a person, a newer run, or a time limit of the job. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/**
 * A signal that aborts on SIGINT and SIGTERM. The runner sends SIGINT, SIGTERM 7.5 s later, and
 * kills 2.5 s after that.
 */
export function stopSignal(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => controller.abort(new Cancelled(`cancelled (${name})`)));
  }
  return controller.signal;
}

/** Node and our own code wrap the reason of an abort, as the cause of their own errors. */
export function cancellationIn(error: unknown): Cancelled | undefined {
  let next = error;
  for (let depth = 0; depth < 10 && next instanceof Error; depth++) {
    if (next instanceof Cancelled) return next;
    next = next.cause;
  }
  return undefined;
}
