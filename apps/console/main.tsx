import '../../ui/tokens.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api.ts'
import { isForeseeing } from './foresee.ts'
import { router } from './router.tsx'
import { SessionProvider } from './session.tsx'
import { loadCatalogue, rememberedLocale, TextProvider } from './text.tsx'
import { applyPreferences } from './theme.ts'

// After an update the pages of the old version are gone: the first that is missed brings the new one, once.
window.addEventListener('vite:preloadError', (event) => {
  if (isForeseeing() || sessionStorage.getItem('loopdesk.renewed') === location.href) return
  sessionStorage.setItem('loopdesk.renewed', location.href)
  event.preventDefault()
  location.reload()
})

applyPreferences()
const locale = rememberedLocale()
document.documentElement.lang = locale
const catalogue = await loadCatalogue(locale)

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TextProvider locale={locale} catalogue={catalogue}>
        <SessionProvider><RouterProvider router={router} /></SessionProvider>
      </TextProvider>
    </QueryClientProvider>
  </StrictMode>,
)
