import { pathToFileURL } from 'node:url';

/** The programs of the threads (src/threads). */
export interface Programs {
	sealer: URL;
	decoder: URL;
	searcher: URL;
}

/** Those that the build made, in a folder. */
export function builtIn(folder: URL): Programs {
	return all((name) => new URL(`${name}.js`, folder));
}

/** Their sources, where there is no build: relative to the project, in which every server runs. */
export function sources(): Programs {
	return all((name) => pathToFileURL(`src/threads/${name}.ts`));
}

function all(locate: (name: keyof Programs) => URL): Programs {
	return { sealer: locate('sealer'), decoder: locate('decoder'), searcher: locate('searcher') };
}
