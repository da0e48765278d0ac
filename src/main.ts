import './styles/tokens.css';
import './styles/base.css';
import { startApp } from './app.ts';

startApp(document.body);
