import http from 'node:http';
import https from 'node:https';

export type HttpLibrary = typeof http | typeof https;

export function libraryFor({ protocol }: URL): HttpLibrary {
  return protocol === 'https:' ? https : http;
}

/** Node reads its proxy variables once, at startup. */
export function readsProxyVariables({ globalAgent }: HttpLibrary): boolean {
  const options = optionsOf(globalAgent);
  return 'proxyEnv' in options && options.proxyEnv !== undefined;
}

const singleUseAgents = new WeakMap<http.Agent, http.Agent>();

/** As Node's own agent, including the proxy, but without kept connections. */
export function singleUseAgent(library: HttpLibrary): http.Agent {
  const { globalAgent } = library;
  const options = { ...optionsOf(globalAgent), keepAlive: false };
  const agent = singleUseAgents.get(globalAgent) ?? new library.Agent(options);
  singleUseAgents.set(globalAgent, agent);
  return agent;
}

function optionsOf(agent: http.Agent): object {
  return 'options' in agent && typeof agent.options === 'object' ? (agent.options ?? {}) : {};
}
