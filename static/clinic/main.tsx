/** The clinic page's start: show it, ask who is signed in, go on asking. */

import { render } from "preact";
import { App } from "./app";
import { startPolling } from "./poll";

render(<App />, document.getElementById("app")!);
startPolling();
