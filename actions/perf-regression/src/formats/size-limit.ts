import { jsonFormat } from './format.ts';

/** `size-limit --json`: bytes, and with the time plugin seconds for loading and running. */
export const sizeLimit = jsonFormat(
  (root) => {
    const first = root.items[0];
    if (first?.get('name').text === undefined || !first.get('size').isNumber) return 0;
    return typeof first.get('passed').value === 'boolean' ? 0.95 : 0.5;
  },
  (root, into) => {
    for (const entry of root.mustBeList()) {
      const benchmark = entry.get('name').mustBeText();
      const times = [entry.get('loading'), entry.get('running')].filter((time) => time.isNumber);
      if (entry.get('size').value !== undefined || times.length === 0) {
        into.add({
          benchmark,
          metric: 'size',
          unit: 'B',
          value: entry.get('size').value,
          exact: true,
        });
      }
      for (const time of times) {
        const metric = String(time.path.at(-1));
        into.add({ benchmark, metric, unit: 's', value: time.value, exact: false, at: time });
      }
      if (entry.get('passed').value === false) {
        const limit = entry.get('sizeLimit').label;
        const reason =
          limit === undefined ? 'is over its limit' : `is over its limit of ${limit} bytes`;
        into.fail({ benchmark, metric: 'limit', state: 'failed', reason, line: entry.line });
      }
    }
  },
);
