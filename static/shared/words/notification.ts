/** What the worker says when it knows nothing else. Nothing here may tell a stranger about anybody's health. */

import { catalogue } from "../strings";

export const notificationWords = catalogue({
  en: { title: "Afterbeam", body: "You have a reminder", done: "Done", snooze: "In 30 minutes" },
});
