/** Inspects one object; the answer is never older than the call. */
export type Inspect<Answer> = (id: string) => Promise<Answer | undefined>;

/** Requests in flight at a time; calls that arrive in the meantime share the next request. */
const MAX_IN_FLIGHT = 2;

/**
 * Batches calls that arrive at about the same time into one request: a request for many objects
 * costs little more than a request for one.
 *
 * @param inspectAll answers by ID; objects that do not exist are left out
 */
export function batchInspect<Answer>(
  inspectAll: (ids: readonly string[]) => Promise<ReadonlyMap<string, Answer>>,
): Inspect<Answer> {
  interface Waiting {
    readonly id: string;
    readonly resolve: (answer: Answer | undefined) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let inFlight = 0;

  const sendNext = async () => {
    if (inFlight >= MAX_IN_FLIGHT || waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    inFlight++;
    try {
      const answers = await inspectAll([...new Set(batch.map(({ id }) => id))]);
      for (const { id, resolve } of batch) resolve(answers.get(id));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      inFlight--;
      sendNext();
    }
  };
  return (id) =>
    new Promise((resolve, reject) => {
      waiting.push({ id, resolve, reject });
      // After this turn of the event loop: all calls of the turn share a request.
      setImmediate(sendNext);
    });
}
