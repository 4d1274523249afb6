import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/** What the guards know of a request, for the routes behind them. */
export interface WebEnv {
  Bindings: HttpBindings;
  Variables: {
    /** the anti-forgery token of the forms in the response */
    formToken: string;
    /** false without a configured token: then there is nothing to log out of */
    canLogOut: boolean;
  };
}

export type WebContext = Context<WebEnv>;
