/** The patient app's addresses: the page shows them, the worker answers them offline, nothing else. */

export const ROUTES = ["/", "/plan", "/settings", "/join", "/help", "/check-in", "/progress"] as const;
export type Route = (typeof ROUTES)[number];

export const routeOf = (path: string): Route | undefined => ROUTES.find((route) => route === path);

/** Where a notification leads. The id is in the fragment, so it reaches no server log. */
export const noticeAddress = (id: string): string => `/#n=${encodeURIComponent(id)}`;

/** One value of a fragment such as "#t=abc". */
export const fromFragment = (hash: string, name: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get(name);
