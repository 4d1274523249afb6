/** A message with its commands as the user types them. */
export type AsTyped = (text: string) => string;

/** Messages name commands in the installed form, and are stored so: each process renders its own. */
export const asInstalled: AsTyped = (text) => text;
