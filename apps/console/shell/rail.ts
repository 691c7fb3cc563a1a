import {
  BookOpen, ChartColumn, Gauge, GraduationCap, House, Inbox, Landmark, ListOrdered, Network, Radio, Ruler, Siren, Sprout, Star, Users, UsersRound, type LucideIcon,
} from 'lucide-react'

/** The rail's places in the order of the loop. A place appears when a page of `routes.tsx` takes it and the person may open it. */
export const places = [
  { id: 'start', icon: House, keys: 'g h' },
  { id: 'inbox', icon: Inbox, keys: 'g i' },
  { id: 'queues', icon: ListOrdered, keys: 'g q' },
  { id: 'customers', icon: Users, keys: 'g c' },
  { id: 'processes', icon: Network, keys: 'g f' },
  { id: 'standards', icon: Ruler, keys: 'g s' },
  { id: 'channels', icon: Radio, keys: 'g n' },
  { id: 'knowledge', icon: BookOpen, keys: 'g k' },
  { id: 'quality', icon: Star, keys: 'g y' },
  { id: 'people', icon: UsersRound, keys: 'g p' },
  { id: 'training', icon: GraduationCap, keys: 'g t' },
  { id: 'incidents', icon: Siren, keys: 'g e' },
  { id: 'improvement', icon: Sprout, keys: 'g m' },
  { id: 'insight', icon: ChartColumn, keys: 'g o' },
  { id: 'governance', icon: Landmark, keys: 'g v' },
  { id: 'board', icon: Gauge, keys: 'g b' },
] as const satisfies readonly { id: string; icon: LucideIcon; keys: string }[]

export type Place = (typeof places)[number]['id']
