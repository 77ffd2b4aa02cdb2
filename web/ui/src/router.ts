import { createRouter, createWebHistory } from 'vue-router'
import type { RouteRecordRaw } from 'vue-router'
import { Problem } from '@/wire/api'
import { homeOf, restore } from '@/session/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Seen without signing in. */
    open?: boolean
    /** Message key of the page's name, for document.title. */
    title?: string
    /** Drawn without the header: the screen brings its own. */
    bare?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'desk', component: () => import('@/desk/DeskScreen.vue'), meta: { title: 'shell.nav.desk' } },
  { path: '/login', name: 'login', component: () => import('@/session/LoginScreen.vue'), meta: { open: true, bare: true, title: 'session.enter' } },
  { path: '/department', name: 'department', component: () => import('@/department/DepartmentScreen.vue'), meta: { title: 'shell.nav.department' } },
  { path: '/wall', name: 'wall', component: () => import('@/wall/WallScreen.vue'), meta: { bare: true, title: 'shell.nav.wall' } },
  { path: '/field', name: 'field', component: () => import('@/field/FieldScreen.vue'), meta: { bare: true, title: 'shell.nav.field' } },
  { path: '/briefing/:id', name: 'briefing', component: () => import('@/briefing/BriefingScreen.vue'), props: true, meta: { title: 'shell.nav.briefing' } },
  { path: '/exercise', name: 'exercise', component: () => import('@/exercise/ExerciseScreen.vue'), meta: { title: 'shell.nav.exercise' } },
  { path: '/layers', name: 'layers', component: () => import('@/layers/LayersScreen.vue'), meta: { title: 'shell.nav.layers' } },
  { path: '/register', name: 'register', component: () => import('@/register/RegisterScreen.vue'), meta: { title: 'shell.nav.register' } },
  { path: '/resources', name: 'resources', component: () => import('@/resources/ResourcesScreen.vue'), meta: { title: 'shell.nav.resources' } },
  { path: '/plans', name: 'plans', component: () => import('@/plans/PlansScreen.vue'), meta: { title: 'shell.nav.plans' } },
  { path: '/roster', name: 'roster', component: () => import('@/roster/RosterScreen.vue'), meta: { title: 'roster.title' } },
  { path: '/handover/:post', name: 'handover', component: () => import('@/roster/HandoverScreen.vue'), props: true, meta: { title: 'roster.handover.title' } },
  { path: '/supervision', name: 'supervision', component: () => import('@/supervision/SupervisionScreen.vue'), meta: { title: 'supervision.title' } },
  { path: '/supervision/report/:id', name: 'supervision-report', component: () => import('@/supervision/ReportScreen.vue'), props: true, meta: { title: 'supervision.report' } },
  { path: '/log', name: 'log', component: () => import('@/log/LogScreen.vue'), meta: { title: 'shell.nav.log' } },
  { path: '/:rest(.*)*', redirect: '/' },
]

export const router = createRouter({ history: createWebHistory(), routes })

router.beforeEach(async (to) => {
  try {
    const account = await restore()
    if (account && to.name === 'login') return homeOf(account)
    if (!account && !to.meta.open) return { name: 'login', query: to.path === '/' ? {} : { to: to.fullPath } }
    // Somebody whose work is elsewhere is taken there when they come in by the front door.
    if (account && to.path === '/' && homeOf(account) !== '/') return homeOf(account)
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.unheard && to.name === 'field') return true
    if (to.name === 'login') return true
    return { name: 'login', query: to.path === '/' ? {} : { to: to.fullPath } }
  }
  return true
})
