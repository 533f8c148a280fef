/** The patient app's start: clean the address, read the phone's own copy, show it, then talk to the server. */

import { render } from "preact";
import { onBlocked } from "../shared/db";
import { App } from "./app";
import { catchInstallOffer } from "./install";
import { openNotice, startRouting } from "./route";
import { reload, startTicking, trouble } from "./store";
import { startSyncing } from "./sync_loop";
import { startWorker } from "./update";

startRouting();
catchInstallOffer();
onBlocked(() => (trouble.value = "blocked"));
render(<App />, document.getElementById("app")!);
void reload().then(() => {
  startTicking();
  void startSyncing();
});
startWorker(openNotice).catch(() => {}); // without a worker the app still works online
