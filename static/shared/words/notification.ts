/** What the worker says when it knows nothing else. Nothing here may tell a stranger about anybody's health. */

/** No catalogue of languages: it stands in for words that the bundle lacks, and most often for the bundle too. */
export const notificationWords = { title: "Afterbeam", body: "You have a reminder", done: "Done", snooze: "In 30 minutes" };
