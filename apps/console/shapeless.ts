/**
 * Stands for zod in the browser: contracts are read there for methods, paths and faults, while shapes are judged by the
 * server alone. This saves the first load some 60 kB. Choices of an enum stay readable (`.options`).
 */
type Shapeless = ((...args: unknown[]) => Shapeless) & { readonly [name: string]: Shapeless }

const refuse = () => { throw new Error('Shapes are judged by the server, not in the browser.') }

function shapeless(known: Record<string, unknown> = {}): Shapeless {
  return new Proxy((() => undefined) as unknown as Shapeless, {
    get: (_, name) => {
      if (typeof name === 'string' && name in known) return known[name]
      if (name === 'parse' || name === 'safeParse') return refuse
      if (name === 'enum') return (options: readonly string[]) => shapeless({ options, enum: Object.fromEntries(options.map((option) => [option, option])) })
      return name === Symbol.toPrimitive ? undefined : shapeless()
    },
    apply: () => shapeless(),
  })
}

export const z = shapeless()
export default z
