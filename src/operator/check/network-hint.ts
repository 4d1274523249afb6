/** What to do about a connection that fails, whichever vendor it leads to. */
export const NETWORK_HINT =
  'Check the network between this machine and the vendor: DNS, firewall, proxy. For an error about ' +
  'a certificate, check the host name; if a proxy decrypts TLS, set NODE_EXTRA_CA_CERTS to the file ' +
  "of the proxy's certificate authority.";
