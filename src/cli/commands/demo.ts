import type { Handler } from '../command.ts';

export const demo: Handler = async () => {
  throw new Error('not linked yet');
};
