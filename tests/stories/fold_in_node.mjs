// Folds fixtures with the browser's own fold.ts (Node strips the types) and prints the pictures.
import { readFileSync } from 'node:fs'
import { fold } from '../../web/ui/src/wire/fold.ts'

const fixtures = JSON.parse(readFileSync(process.argv[2], 'utf-8'))
const pictures = fixtures.map(({ snapshot, facts }) => facts.reduce((picture, fact) => fold(picture, fact.now), snapshot))
process.stdout.write(JSON.stringify(pictures))
