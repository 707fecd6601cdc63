import { render } from 'preact'
import { keepFiles } from './offline/keep.ts'
import { Shell } from './shell.tsx'
import './styles.css'

const root = document.getElementById('root')
if (root !== null) render(<Shell />, root)
keepFiles()
