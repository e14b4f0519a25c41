import { createApp } from 'vue'
import './style.css'
import App from './App.vue'
import { readAddress, writeAddress } from './state/address'

readAddress()
createApp(App).mount('#app')
writeAddress()
