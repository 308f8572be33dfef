// Deletes the font files that no paper needs: of the packages' seventeen weights, 206 MB, three are used, 39 MB. There is no
// package with these alone that has all characters of papers.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const FONTS = fileURLToPath(new URL('../../node_modules/@expo-google-fonts', import.meta.url))
/** Those that src/render/fonts.ts opens. */
const USED = ['NotoSerifSC_400Regular.ttf', 'NotoSerifSC_700Bold.ttf', 'NotoSansSC_500Medium.ttf']

export function deleteUnusedFonts() {
  if (!existsSync(FONTS)) return
  for (const file of readdirSync(FONTS, { recursive: true })) {
    if (/\.ttf(\.png)?$/.test(file) && !USED.includes(path.basename(file))) rmSync(path.join(FONTS, file))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) deleteUnusedFonts()
