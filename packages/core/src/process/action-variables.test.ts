import { expect, test } from 'vitest';
import { isActionVariable } from './action-variables.ts';

test.each([
  'INPUT_GITHUB-TOKEN',
  'input_notify',
  'STATE_post',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'GITHUB_TOKEN',
])('withholds %s from commands', (name) => {
  expect(isActionVariable(name)).toBe(true);
});

test.each([
  'PATH',
  'HOME',
  'GITHUB_SHA',
  'GITHUB_TOKENS',
  'CHECK_TOKEN',
  'MY_INPUT_X',
  'DOCKER_HOST',
])('lets commands inherit %s', (name) => {
  expect(isActionVariable(name)).toBe(false);
});
