import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  // MapLibre's worker is an ES module of its own; without this the built map stays blank.
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1400,
    rolldownOptions: {
      // The guests' worker is a file of its own at the root, so that it may answer for their pages (web/src/offline).
      input: { main: 'index.html', offline: 'src/offline/worker.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'offline' ? 'offline.js' : 'assets/[name]-[hash].js'),
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules[\\/](maplibre-gl|@mapbox|@maplibre)/ },
            { name: 'draw', test: /node_modules[\\/]terra-draw/ },
            { name: 'ui', test: /node_modules/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/tiles': 'http://127.0.0.1:8000' } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
