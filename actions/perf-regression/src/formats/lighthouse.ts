import { jsonFormat } from './format.ts';

const UNITS: ReadonlyMap<string, string> = new Map([
  ['millisecond', 'ms'],
  ['second', 's'],
  ['byte', 'B'],
  ['unitless', ''],
  ['element', 'count'],
]);

/** The audits with a measurement; the others only have a score. */
const AUDITS = [
  ...['first-contentful-paint', 'largest-contentful-paint', 'speed-index', 'total-blocking-time'],
  ...['cumulative-layout-shift', 'interactive', 'max-potential-fid', 'server-response-time'],
  ...['total-byte-weight', 'dom-size', 'bootup-time', 'mainthread-work-breakdown'],
];

/** The JSON report of Lighthouse: the scores of its categories (0 to 100) and its measurements. */
export const lighthouse = jsonFormat(
  (root) => (root.get('lighthouseVersion').text && root.get('audits').isObject ? 0.95 : 0),
  (root, into) => {
    into.environment('version', root.get('lighthouseVersion').text);
    const benchmark = getPagePath(root.get('finalDisplayedUrl').text ?? root.get('finalUrl').text);
    const error = root.get('runtimeError');
    if (error.isObject) {
      const reason = error.get('message').text ?? 'the page did not load';
      into.fail({ benchmark, state: 'failed', reason, line: error.line });
      return;
    }
    for (const [key, category] of root.get('categories').entries) {
      const { value, line } = category.get('score');
      const metric = `${key}-score`;
      // The score is null if an audit of the category failed.
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

/** Only the path, because the port of a test server changes with each run. */
function getPagePath(url: string | undefined): string {
  const parsed = url === undefined ? null : URL.parse(url);
  return parsed === null ? 'page' : `${parsed.pathname}${parsed.search}`;
}
