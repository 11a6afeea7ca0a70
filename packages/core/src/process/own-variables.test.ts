import { expect, test } from 'vitest';
import { isOwnVariable } from './own-variables.ts';

test.each([
  'INPUT_GITHUB-TOKEN',
  'input_notify',
  'STATE_post',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'GITHUB_TOKEN',
])('%s is for the action alone', (name) => {
  expect(isOwnVariable(name)).toBe(true);
});

test.each([
  'PATH',
  'HOME',
  'GITHUB_SHA',
  'GITHUB_TOKENS',
  'CHECK_TOKEN',
  'MY_INPUT_X',
  'DOCKER_HOST',
])('%s is inherited', (name) => {
  expect(isOwnVariable(name)).toBe(false);
});
