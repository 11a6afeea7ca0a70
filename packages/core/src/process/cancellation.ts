/** The run was cancelled: by a user, a newer run, or the time limit of the job. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/**
 * A signal that aborts on SIGINT, SIGTERM and SIGBREAK. The runner sends SIGINT, 7.5 s later SIGTERM (on
 * Windows CTRL_BREAK, which kills a process that does not handle it), and kills the process after
 * another 2.5 s.
 */
export function stopSignal(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const) {
    process.on(name, () => controller.abort(new Cancelled(`cancelled (${name})`)));
  }
  return controller.signal;
}

/** Finds the cancellation in the causes of an error, because Node wraps the reason of an abort. */
export function cancellationIn(error: unknown): Cancelled | undefined {
  let next = error;
  for (let depth = 0; depth < 10 && next instanceof Error; depth++) {
    if (next instanceof Cancelled) return next;
    next = next.cause;
  }
  return undefined;
}
