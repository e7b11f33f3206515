// A thread that turns large bodies into chunks, so that readers never wait for it. composition/decoder.ts gives it its jobs.
import { decodeAndEncode, type Job } from '../composition/decoding.ts';
import { yieldToServer } from '../lib/server/threads/priority.ts';
import { serve } from '../lib/server/threads/serve.ts';

yieldToServer();
serve(async (job: Job) => ({ result: await decodeAndEncode(job) }));
