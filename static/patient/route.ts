/** Which screen is shown. Ordinary links work; their clicks are turned into history entries. */

import { signal } from "@preact/signals";
import { keepReceipt } from "../shared/receipts";
import { fromFragment, routeOf, type Route } from "../shared/routes";

export const route = signal<Route>(routeOf(location.pathname) ?? "/");
/** The pass of a join link. It lives here only: the address is cleaned before anything else runs. */
export const joinToken = signal<string | null>(null);
/** The notice whose reminder was tapped. */
export const openedNotice = signal<string | null>(null);

/** What a screen was opened for, as the link says. It lives in the history, so it outlives a reload and no server sees it. */
export const aim = signal<string | null>(null);
/** The aim of "Something feels wrong". */
export const ALL_SIGNS = "all";

export function go(to: Route, what: string | null = null): void {
  if (to !== route.value || what !== aim.value) history.pushState(what, "", to);
  show(to);
}

function show(to: Route): void {
  route.value = to;
  aim.value = history.state;
  scrollTo(0, 0);
}

export function openNotice(id: string): void {
  openedNotice.value = id;
  go("/");
}

/** Takes what a link carries in its fragment and leaves a clean address behind. */
export function takeFragment(): void {
  const token = fromFragment(location.hash, "t");
  const notice = fromFragment(location.hash, "n");
  if (location.hash) history.replaceState(history.state, "", location.pathname);
  if (token) joinToken.value = token;
  if (!notice) return;
  openNotice(notice);
  // A declarative push opens the app without the worker; a second report of the same is harmless.
  void keepReceipt({ notice_id: notice, kind: "opened" });
}

export function startRouting(): void {
  aim.value = history.state;
  takeFragment();
  addEventListener("popstate", () => show(routeOf(location.pathname) ?? "/"));
  addEventListener("hashchange", takeFragment);
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a[href^='/']");
    const to = link && routeOf(link.getAttribute("href")!);
    if (!to || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(to, (link as HTMLElement).dataset.aim);
  });
}
