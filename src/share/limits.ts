/** The limits of this module, by name and unit. */
export const ADDRESS_LIMITS = {
  /** RFC 5321: 64 characters before the @ and 255 after it */
  charactersMax: 320,
} as const;
