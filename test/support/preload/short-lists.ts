/** Loaded before the program: lists of vendors may have fewer pages than usual. */
import { HTTP_LIMITS } from '../../../src/vendors/http/limits.ts';

Object.assign(HTTP_LIMITS, { pagesMax: 500 });
