/** Whoever points at a link, or comes to it by keyboard, is about to follow it: the page's script is on its way by then. */
let underWay = 0
/** Whether a page is being fetched that nobody has asked for yet: when that fails, nothing is missing. */
export const isForeseeing = (): boolean => underWay > 0

/** `fetchPage` gets the path of a link of ours. Answers how to stop. */
export function foreseeLinks(fetchPage: (path: string) => Promise<unknown>): () => void {
  const foresee = ({ target }: Event): void => {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null
    if (link?.origin !== location.origin || link.target === '_blank' || !navigator.onLine) return
    underWay++
    void fetchPage(link.pathname).catch(() => undefined).finally(() => { underWay-- })
  }
  document.addEventListener('pointerover', foresee)
  document.addEventListener('focusin', foresee)
  return () => { document.removeEventListener('pointerover', foresee); document.removeEventListener('focusin', foresee) }
}
