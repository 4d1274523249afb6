/** A share that leads to a record. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="4" fill="#0f766e"/>
<path d="M4 11.5c3.2 0 2.6-7 7-7" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/>
<circle cx="4" cy="11.5" r="1.6" fill="#fff"/><circle cx="12" cy="4.5" r="1.6" fill="#fff"/>
</svg>
`;
