// A thread that searches. Its jobs come from lib/server/search.
export {};
