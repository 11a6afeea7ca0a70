/** Asks about one thing; the answer is never older than the call. */
export type Ask<Answer> = (id: string) => Promise<Answer | undefined>;

/** Most questions that are under way at a time; what comes in meanwhile shares the next one. */
const MOST_UNDER_WAY = 2;

/**
 * Puts together what is asked at about the same time: one question about many things costs a daemon
 * and the line to it little more than one about a single thing.
 *
 * @param askAll answers by IDs; what does not exist is left out
 */
export function shareQuestions<Answer>(
  askAll: (ids: readonly string[]) => Promise<ReadonlyMap<string, Answer>>,
): Ask<Answer> {
  interface Waiting {
    readonly id: string;
    readonly resolve: (answer: Answer | undefined) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let underWay = 0;

  const askNext = async () => {
    if (underWay >= MOST_UNDER_WAY || waiting.length === 0) return;
    const asked = waiting;
    waiting = [];
    underWay++;
    try {
      const answers = await askAll([...new Set(asked.map(({ id }) => id))]);
      for (const { id, resolve } of asked) resolve(answers.get(id));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    } finally {
      underWay--;
      askNext();
    }
  };
  return (id) =>
    new Promise((resolve, reject) => {
      waiting.push({ id, resolve, reject });
      // After this turn, so that all who begin in it ask together.
      setImmediate(askNext);
    });
}
