import { expect, test } from 'vitest';
import { workflowName } from './workflow-ref.ts';

test.each([
  ['deploy.yml', { file: 'deploy.yml' }],
  ['.github/workflows/deploy.prod.yaml', { file: 'deploy.prod.yaml' }],
  ['12345', { file: '12345' }],
  ['deploy.yml@release/1.x', { file: 'deploy.yml', ref: 'release/1.x' }],
])('%s', (given, expected) => {
  expect(workflowName().parse(given)).toEqual(expected);
});

test.each([
  'deploy',
  '../deploy.yml',
  'a/deploy.yml',
  'deploy.yml@',
  'deploy.yml@a b',
  'de ploy.yml',
])('%s is none', (given) => {
  expect(() => workflowName().parse(given)).toThrow('names no workflow of this repository');
});
