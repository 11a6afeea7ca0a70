/** What the command does not do, and how to make it do it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(problem: string, remedy: string) {
    super(`${problem}\n  → ${remedy}`);
  }
}
