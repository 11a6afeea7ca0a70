import type { Contract } from '../contract.ts';
import type { User } from '../state.ts';

export function userBody({ login, id, type }: User, complete: Contract['complete']): object {
  return complete('simple-user', { login, id, type });
}
