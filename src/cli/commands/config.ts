import type { Handler } from '../command.ts';

export const printSchema: Handler = async () => {
  throw new Error('not linked yet');
};

export const showConfig: Handler = async () => {
  throw new Error('not linked yet');
};
