import { formatSize } from '@repo/core/inputs/size';
import type { MetricResult } from './compare/metric-result.ts';

const TIMES: readonly (readonly [factor: number, unit: string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
];

/** A value in its canonical unit: `1.23 µs`, `50MB`, `93.3%`, `1,234 allocs`. */
export function formatValue(value: number, unit: string): string {
  const size = Math.abs(value);
  if (unit === 'ns') {
    const [factor, name] = TIMES.find(([least]) => size >= least) ?? [1, 'ns'];
    return `${digits(value / factor)} ${name}`;
  }
  if (unit === 'B') return `${value < 0 ? '-' : ''}${formatSize(size)}`;
  if (unit === 'B/s') return `${value < 0 ? '-' : ''}${formatSize(size)}/s`;
  const text = digits(value);
  if (unit === '%') return `${text}%`;
  return unit === '' || unit === 'count' ? text : `${text} ${unit}`;
}

/** A ratio as a change in percent: `+12.3%`, `±0%`. */
export function formatChange(ratio: number): string {
  const percent = (ratio - 1) * 100;
  const text = Math.abs(percent) >= 1000 ? percent.toExponential(1) : percent.toFixed(1);
  if (Number(text) === 0) return '±0%';
  return `${percent > 0 ? '+' : '−'}${text.replace('-', '')}%`;
}

function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(2);
  const decimals = size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 6;
  const [integer = '', fraction] = String(Number(value.toFixed(decimals))).split('.');
  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** The name of a metric beside its benchmark; empty if the benchmark's name says it all. */
export function formatMetric({
  benchmark,
  metric,
}: Pick<MetricResult, 'benchmark' | 'metric'>): string {
  return metric === benchmark || metric === 'value' ? '' : metric;
}
