import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './i18n'
import { router } from './router'
import { applyTheme, theme } from './shell/theme'
import './shell/tokens.css'
import './shell/base.css'

applyTheme(theme.value)
createApp(App).use(i18n).use(router).mount('#app')
void import('./shell/fonts')
