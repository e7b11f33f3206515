// A thread that turns large bodies into chunks, so that readers never wait for it. composition/decoder.ts gives it its jobs.
import { decodeAndEncode, type Job } from '../composition/decoding.ts';
import { serve } from '../lib/server/threads/serve.ts';

serve(async (job: Job) => ({ result: await decodeAndEncode(job) }));
