import { jsonFormat } from './format.ts';

const UNITS: ReadonlyMap<string, string> = new Map([
  ['millisecond', 'ms'],
  ['second', 's'],
  ['byte', 'B'],
  ['unitless', ''],
  ['element', 'count'],
]);

/** The audits that measure; the others only judge. */
const AUDITS = [
  ...['first-contentful-paint', 'largest-contentful-paint', 'speed-index', 'total-blocking-time'],
  ...['cumulative-layout-shift', 'interactive', 'max-potential-fid', 'server-response-time'],
  ...['total-byte-weight', 'dom-size', 'bootup-time', 'mainthread-work-breakdown'],
];

/** Lighthouse's report as JSON: the scores of its categories (0–100) and what was measured. */
export const lighthouse = jsonFormat(
  (root) => (root.get('lighthouseVersion').text && root.get('audits').isObject ? 0.95 : 0),
  (root, into) => {
    into.environment('version', root.get('lighthouseVersion').text);
    const benchmark = pageOf(root.get('finalDisplayedUrl').text ?? root.get('finalUrl').text);
    const error = root.get('runtimeError');
    if (error.isObject) {
      const reason = error.get('message').text ?? 'the page could not be loaded';
      into.fail({ benchmark, state: 'failed', reason, line: error.line });
      return;
    }
    for (const [key, category] of root.get('categories').entries) {
      const { value, line } = category.get('score');
      const metric = `${key}-score`;
      // Null where an audit of the category failed.
      if (value === null) into.fail({ benchmark, metric, state: 'failed', reason: NO_SCORE, line });
      else {
        const score = typeof value === 'number' ? value * 100 : value;
        into.add({ benchmark, metric, unit: '', value: score, better: 'higher', exact: false });
      }
    }
    for (const metric of AUDITS) {
      const audit = root.get('audits', metric);
      if (audit.get('scoreDisplayMode').text === 'error') {
        const reason = audit.get('errorMessage').text ?? 'the audit failed';
        into.fail({ benchmark, metric, state: 'failed', reason, line: audit.line });
      } else if (audit.get('numericValue').isNumber) {
        const { value } = audit.get('numericValue');
        const unit = UNITS.get(audit.get('numericUnit').text ?? '') ?? '';
        into.add({ benchmark, metric, unit, value, better: 'lower', exact: false, at: audit });
      }
    }
  },
);

const NO_SCORE = 'has no score';

/** The path alone: the port of a test server is another one in each run. */
function pageOf(url: string | undefined): string {
  const parsed = url === undefined ? null : URL.parse(url);
  return parsed === null ? 'page' : `${parsed.pathname}${parsed.search}`;
}
