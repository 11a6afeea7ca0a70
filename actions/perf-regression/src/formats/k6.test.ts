import { describe, expect, it } from 'vitest';
import { fixture, read } from '../testing/read-fixture.ts';

describe('k6', () => {
  it('legacy summary: true is a crossed threshold', async () => {
    expect((await fixture('k6/legacy.json')).failures).toEqual([]);
    expect((await fixture('k6/failed.json')).failures).toMatchObject([
      { benchmark: 'http_req_duration', reason: 'the threshold p(95)<0.0001 was crossed' },
    ]);
  });

  it('handleSummary: reads crossed thresholds and shares', () => {
    const text = `{"root_group": {}, "metrics": {
      "http_req_failed": {"type": "rate", "values": {"rate": 0.25, "passes": 1, "fails": 3}},
      "checks": {"values": {"rate": 0.5, "passes": 1, "fails": 1}, "thresholds": {"rate>0.9": {"ok": false}}},
      "own_trend": {"contains": "time", "values": {"med": 2}}}}`;
    const { measurements, failures } = read(text);
    expect(measurements).toMatchObject([
      { benchmark: 'http_req_failed', unit: '%', centre: 25, better: 'lower' },
      { benchmark: 'checks', unit: '%', centre: 50, better: 'higher' },
      { benchmark: 'own_trend', metric: 'med', unit: 'ns', centre: 2e6, better: 'lower' },
    ]);
    expect(failures).toMatchObject([{ benchmark: 'checks', state: 'failed', line: 3 }]);
  });
});
