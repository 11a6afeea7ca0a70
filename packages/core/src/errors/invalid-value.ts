/** A value that a parser cannot take: what is wrong with it, and how to mend it. */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue';
  /** What to write instead, as a sentence. */
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.remedy = remedy;
  }
}
