/** A value that a parser rejects: the problem, and how to fix it. */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue';
  /** What to write instead, as a sentence. */
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}
