import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

export default defineConfig({
	plugins: [tailwindcss(), sveltekit()],
	server: { port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? '127.0.0.1' },
	// Nothing inlined as data: the CSP allows fonts and images from ourselves alone.
	build: { target: 'es2022', assetsInlineLimit: 0 }
});
