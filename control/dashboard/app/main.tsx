import { render } from 'preact'
import { Shell } from './shell.tsx'
import './styles.css'

const root = document.getElementById('root')
if (root !== null) render(<Shell />, root)
