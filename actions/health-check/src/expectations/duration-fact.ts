/** A length of time among the facts; plain numbers are numbers, these are CEL durations. */
export class DurationFact {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}
