// Loaded before an action: sets the clock back by a day 200 ms after the start, as a time server
// may do.
const DAY = 86_400_000;
const started = performance.now();
const RealDate = Date;
const jumped = () => RealDate.now() - (performance.now() - started > 200 ? DAY : 0);

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [jumped()] : given));
  }
  static now() {
    return jumped();
  }
};
