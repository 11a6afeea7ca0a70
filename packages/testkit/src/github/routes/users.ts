import type { Contract } from '../contract.ts';
import type { User } from '../records.ts';

export function toUserBody({ login, id, type }: User, complete: Contract['complete']): object {
  return complete('simple-user', { login, id, type });
}
