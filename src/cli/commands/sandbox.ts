import type { Handler } from '../command.ts';

export const sandbox: Handler = async () => {
  throw new Error('not linked yet');
};
